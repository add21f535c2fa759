// A server of YP in a table, for tests of what is made of its replies.
#ifndef KEELSON_TESTS_APPLETS_PWLOOKUPD_YP_MAPS_H_
#define KEELSON_TESTS_APPLETS_PWLOOKUPD_YP_MAPS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "applets/pwlookupd/yp_facts.h"
#include "applets/pwlookupd/yp_lookup.h"
#include "core/flat_file.h"

namespace keelson {

class YpMaps {
 public:
  // Lines of "MAP KEY VALUE".
  explicit YpMaps(std::string_view text) {
    LineReader lines(text);
    for (Line line; lines.Next(&line);) {
      const size_t map = line.text.find(' '), key = line.text.find(' ', map + 1);
      maps_[std::string(line.text.substr(0, map))].emplace_back(
          line.text.substr(map + 1, key - map - 1), line.text.substr(key + 1));
    }
  }

  void Die() { is_down_ = true; }
  size_t questions() const { return questions_; }

  std::shared_ptr<const YpReply> Answer(const YpQuestion& question) {
    ++questions_;
    auto reply = std::make_shared<YpReply>();
    if (is_down_) return reply;
    reply->kind = YpReply::kNo;
    for (const auto& [key, value] : maps_[question.map]) {
      if (!question.all && key != question.key) continue;
      reply->kind = YpReply::kYes;
      reply->text += question.all ? key + "\n" + value + "\n" : value;
    }
    return reply;
  }

  // Lets a lookup ask until it has what it needs.
  YpFound Run(YpFacts* facts, const std::function<YpFound()>& lookup) {
    YpFound found;
    while ((found = lookup()) == YpFound::kLater)
      facts->Put(facts->wanted(), Answer(facts->wanted()));
    return found;
  }

 private:
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> maps_;
  size_t questions_ = 0;
  bool is_down_ = false;
};

}  // namespace keelson

#endif  // KEELSON_TESTS_APPLETS_PWLOOKUPD_YP_MAPS_H_
