// Which relations there are, what attributes they have, and which names stand for numbers.
//
// The Object directory and the CDSA directory with their 18 relations, formats, symbol tables and
// unique indexes are Apple's (libsecurity_mds, MDSSchema.cpp); a few relations of ours follow them
// (p11-kit's modules, .modinfo, package notes). Modules may declare more, in the same words.
#ifndef KEELSON_CORE_MDS_SCHEMA_H_
#define KEELSON_CORE_MDS_SCHEMA_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

enum class MdsFormat : uint8_t { kString, kBlob, kUint32, kMultiUint32 };
std::string_view MdsFormatName(MdsFormat format);  // "STRING" ...
std::optional<MdsFormat> FindMdsFormat(std::string_view name);

struct MdsAttribute {
  std::string name;
  MdsFormat format = MdsFormat::kString;
  std::string symbols;  // the table of names that its numbers may have; empty: none
  bool unique = false;  // one of those that together tell a record from all others
};

struct MdsRelation {
  std::string name;  // "CSP_PRIMARY"
  std::vector<MdsAttribute> attributes;
  std::optional<size_t> Find(std::string_view attribute) const;  // its place
};

// "CSP_PRIMARY" of "MDS_CDSADIR_CSP_PRIMARY_RECORDTYPE", as Apple's files call it; any other name
// is given back as it is.
std::string_view ShortMdsRelationName(std::string_view name);

class MdsSchema {
 public:
  static constexpr size_t kMaxRelations = 1000;
  static constexpr size_t kMaxAttributes = 100;  // of one relation

  // The relations that every scan knows.
  static const MdsSchema& BuiltIn();

  const std::vector<MdsRelation>& relations() const { return relations_; }
  // Of a place: every file knows it. Others are of the files that declare them.
  static bool IsBuiltIn(size_t relation) { return relation < BuiltIn().relations_.size(); }
  // By its name or Apple's for it.
  std::optional<size_t> Find(std::string_view relation) const;

  // Empty: it is there now. Otherwise what is wrong: the name is there already with other
  // attributes (with the same ones nothing happens), a name twice, no unique attribute, too many.
  // Names are letters, digits and '_', at most 64, a letter first; a relation's in capitals.
  // place: of the declaration, for whoever comes with another one.
  std::string Add(MdsRelation relation, std::string_view place = "") {
    return Add(std::move(relation), place, false);
  }
  // One that no file declares now, but old records have: it yields to the declaration of a file.
  // What was made of it before is of no use then.
  std::string AddOld(MdsRelation relation, std::string_view place) {
    return Add(std::move(relation), place, true);
  }
  // Those to which an old one has yielded.
  const std::vector<size_t>& yielded() const { return yielded_; }
  const std::string& place(size_t relation) const { return declarations_[relation].place; }

 private:
  struct Declaration {
    std::string place;
    bool is_old = false;
  };
  std::string Add(MdsRelation relation, std::string_view place, bool is_old);

  std::vector<MdsRelation> relations_;
  std::vector<Declaration> declarations_;
  std::vector<size_t> yielded_;
};

// "NAME FORMAT" or "NAME FORMAT SYMBOLS", separated by commas; they go behind *attributes.
// Empty: all are right. Otherwise what is wrong, and *at is its place in the text.
std::string ParseMdsAttributes(std::string_view text, bool unique,
                               std::vector<MdsAttribute>* attributes, size_t* at);

bool IsMdsSymbolTable(std::string_view table);
bool MdsSymbolsAreFlags(std::string_view table);  // each is another single bit
// The number of a name in one of Apple's tables; nothing: there is none.
std::optional<uint32_t> FindMdsSymbol(std::string_view table, std::string_view symbol);
// The name of a number (the first one in the table); empty: it has none.
std::string_view MdsSymbolOf(std::string_view table, uint32_t number);

// "A | <<B | 0x10 | 3": names and numbers (decimal or 0x) joined by '|'; one with "<<" in front of
// it counts 2^16 times. False: *wrong is the part that is no such name or number of 32 bits, or is
// longer than kMaxMdsToken; empty, at its place in the text: something is missing there.
bool ParseMdsNumber(std::string_view text, std::string_view table, uint32_t* number,
                    std::string_view* wrong);

}  // namespace keelson

#endif  // KEELSON_CORE_MDS_SCHEMA_H_
