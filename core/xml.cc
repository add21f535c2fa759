// Expat's events into a tree. Handlers stop the parser at the first thing that is not allowed and
// keep their own error; what expat finds is said in its words. Places are counted here, in bytes,
// as everywhere; elements come in order, so that each byte is passed once.
//
// Declarations are refused because of what they multiply: an entity by itself, a default attribute
// by every element. An entity that a DTD elsewhere may declare is unknown, because that DTD is not
// read.
#include "core/xml.h"

#include <expat.h>
#include <xxhash.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <memory>

namespace keelson {

namespace {

class TreeBuilder {
 public:
  TreeBuilder(std::string_view bytes, const XmlLimits& limits, XmlElement* root)
      : bytes_(bytes), limits_(limits), root_(root) {}

  std::optional<ParseError> Run();

 private:
  static TreeBuilder* Self(void* user) { return static_cast<TreeBuilder*>(user); }
  static void XMLCALL OnStart(void* user, const char* name, const char** attributes) {
    Self(user)->Start(name, attributes);
  }
  static void XMLCALL OnEnd(void* user, const char*) { Self(user)->open_.pop_back(); }
  static void XMLCALL OnText(void* user, const char* text, int size) {
    TreeBuilder* self = Self(user);
    if (!self->open_.empty()) self->open_.back()->text.append(text, static_cast<size_t>(size));
  }
  static void XMLCALL OnEntity(void* user, const char* name, int, const char*, int, const char*,
                               const char*, const char*, const char*) {
    Self(user)->Fail(std::string("the entity '") + name + "' is declared: that is not allowed");
  }
  static void XMLCALL OnAttributes(void* user, const char* element, const char*, const char*,
                                   const char*, int) {
    Self(user)->Fail(std::string("attributes of '") + element +
                     "' are declared: that is not allowed");
  }
  static void XMLCALL OnUnknownEntity(void* user, const char* name, int) {
    Self(user)->Fail(std::string("the entity '") + name + "' is not known");
  }

  void Start(const char* name, const char** attributes);
  void Fail(std::string what);
  Position Here();

  std::string_view bytes_;
  const XmlLimits& limits_;
  XmlElement* root_;
  XML_Parser parser_ = nullptr;
  // The root and what is open below it. Only the last one gets children, so that none moves.
  std::vector<XmlElement*> open_;
  size_t elements_ = 0;
  std::optional<ParseError> error_;
  // Up to where line ends are counted; the beginning of the line there, and its number.
  size_t seen_ = 0, line_begin_ = 0;
  uint32_t line_ = 1;
};

Position TreeBuilder::Here() {
  const auto index = std::max<XML_Index>(XML_GetCurrentByteIndex(parser_), 0);
  const size_t here = std::min(static_cast<size_t>(index), bytes_.size());
  while (seen_ < here) {
    const void* end = std::memchr(bytes_.data() + seen_, '\n', here - seen_);
    if (end == nullptr) {
      seen_ = here;
      break;
    }
    seen_ = static_cast<size_t>(static_cast<const char*>(end) - bytes_.data()) + 1;
    line_begin_ = seen_;
    ++line_;
  }
  return {line_, static_cast<uint32_t>(here - std::min(here, line_begin_) + 1)};
}

void TreeBuilder::Fail(std::string what) {
  if (!error_) error_ = ParseError{Here(), std::move(what)};
  XML_StopParser(parser_, XML_FALSE);
}

void TreeBuilder::Start(const char* name, const char** attributes) {
  if (error_) return;
  if (open_.size() >= limits_.depth) {
    return Fail("elements are nested deeper than " + std::to_string(limits_.depth));
  }
  XmlElement* element = root_;
  if (!open_.empty()) element = &open_.back()->children.emplace_back();
  open_.push_back(element);
  element->name = name;
  element->at = Here();
  ++elements_;
  for (; *attributes != nullptr; attributes += 2, ++elements_) {
    element->attributes.emplace_back(attributes[0], attributes[1]);
  }
  if (elements_ > limits_.elements) {
    Fail("more than " + std::to_string(limits_.elements) + " elements and attributes");
  }
}

std::optional<ParseError> TreeBuilder::Run() {
  if (bytes_.size() > std::min<size_t>(limits_.bytes, INT_MAX)) {
    return ParseError{{1, 1}, "more than " + std::to_string(limits_.bytes) + " bytes"};
  }
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(
      XML_ParserCreate(nullptr), &XML_ParserFree);
  if (parser == nullptr) return ParseError{{1, 1}, "there is no memory"};
  parser_ = parser.get();
  // For its tables of names: from the bytes, so that expat need not ask the system; 0 is no salt.
  const uint64_t salt = XXH3_64bits(bytes_.data(), bytes_.size()) | 1;
  XML_SetHashSalt(parser_, static_cast<unsigned long>(salt));
  XML_SetUserData(parser_, this);
  XML_SetElementHandler(parser_, OnStart, OnEnd);
  XML_SetCharacterDataHandler(parser_, OnText);
  XML_SetEntityDeclHandler(parser_, OnEntity);
  XML_SetAttlistDeclHandler(parser_, OnAttributes);
  XML_SetSkippedEntityHandler(parser_, OnUnknownEntity);
  const XML_Status status =
      XML_Parse(parser_, bytes_.data(), static_cast<int>(bytes_.size()), XML_TRUE);
  if (status != XML_STATUS_OK && !error_) {
    const char* what = XML_ErrorString(XML_GetErrorCode(parser_));
    error_ = ParseError{Here(), std::string("XML: ") + (what ? what : "malformed")};
  }
  return error_;
}

}  // namespace

std::optional<ParseError> ParseXml(std::string_view bytes, const XmlLimits& limits,
                                   XmlElement* root) {
  *root = {};
  return TreeBuilder(bytes, limits, root).Run();
}

}  // namespace keelson
