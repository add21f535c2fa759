// What YP has said so far in one lookup. Pure.
//
// A lookup that needs YP is a plain function over facts. Where one is missing it is named, and the
// function returns kLater; whoever called it asks YP, puts the reply in and calls again from the
// beginning. So nothing has to be kept of a lookup but its question and its facts.
#ifndef KEELSON_APPLETS_PWLOOKUPD_YP_FACTS_H_
#define KEELSON_APPLETS_PWLOOKUPD_YP_FACTS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace keelson {

struct YpQuestion {
  std::string map;
  std::string key = {};
  bool all = false;  // every record of the map, without a key

  bool operator<(const YpQuestion& other) const {
    return std::tie(map, key, all) < std::tie(other.map, other.key, other.all);
  }
};

struct YpReply {
  enum Kind : uint8_t {
    kYes,
    kNo,    // there is no such key or map
    kDown,  // nobody who could say
  } kind = kDown;
  // The value; of a whole map: a line of key, then a line of value, for each of its records. No
  // control characters but tabs, and the ends of these lines.
  std::string text = {};
};

enum class YpFound : uint8_t {
  kYes,
  kNo,
  kLater,  // a fact is missing: YpFacts::wanted()
  kDown,   // YP cannot be asked
};

class YpFacts {
 public:
  // More questions than this are not asked for one lookup: as if YP were down.
  static constexpr size_t kMaxQuestions = 256;

  // kYes: *text lives as long as the facts.
  YpFound Find(const YpQuestion& question, std::string_view* text);
  const YpQuestion& wanted() const { return wanted_; }

  void Put(const YpQuestion& question, std::shared_ptr<const YpReply> reply);
  // Whatever is not known is not asked any more.
  void GiveUp() { gave_up_ = true; }

  // Something that YP said and that is not taken, for the log; the first few of a lookup.
  void Refuse(std::string what) {
    if (refused_.size() < 4) refused_.push_back(std::move(what));
  }
  std::vector<std::string> TakeRefused() { return std::exchange(refused_, {}); }

 private:
  std::map<YpQuestion, std::shared_ptr<const YpReply>> known_;
  YpQuestion wanted_;
  std::vector<std::string> refused_;
  bool gave_up_ = false;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_YP_FACTS_H_
