#include "core/mds_text.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

std::string Show(const std::optional<MdsValue>& value, MdsFormat format) {
  if (!value) return "nothing";
  if (format == MdsFormat::kString || format == MdsFormat::kBlob) return "[" + value->bytes + "]";
  std::string text;
  for (const uint32_t number : value->numbers) text += std::to_string(number) + ";";
  return "{" + text + "}";
}

TEST(MdsText, Parse) {
  constexpr auto kString = MdsFormat::kString, kBlob = MdsFormat::kBlob;
  constexpr auto kOne = MdsFormat::kUint32, kMany = MdsFormat::kMultiUint32;
  const struct {
    const char* text;
    MdsFormat format;
    const char* symbols;
    const char* expected;  // of an error "PLACE: what"
  } kCases[] = {
      {" Apple Computer, Inc. ", kString, "", "[Apple Computer, Inc.]"},
      {"hex:68 69", kString, "", "[hi]"},
      {"base64:aGk=", kString, "", "[hi]"},
      {"hex:", kString, "", "[]"},
      {"hexa", kString, "", "[hexa]"},
      {"", kString, "", "nothing"},
      {" ", kBlob, "", "nothing"},
      {"", kOne, "", "nothing"},
      {"", kMany, "", "{}"},
      {"hex:4D 44\n 53", kBlob, "", "[MDS]"},
      {"hex:", kBlob, "", "[]"},
      {"hex:4", kBlob, "", "5: pairs of hexadecimal digits go here"},
      {" hex:4g", kBlob, "", "6: pairs of hexadecimal digits go here"},
      {"base64:", kBlob, "", "[]"},
      {"base64:TUQ", kBlob, "", "10: this is not base64"},
      {"base64:TUQ=", kBlob, "", "[MD]"},
      {"base64:TQ==", kBlob, "", "[M]"},
      {"base64:TQ=", kBlob, "", "10: this is not base64"},
      {"base64:TR==", kBlob, "", "11: this is not base64"},
      {"base64:T", kBlob, "", "8: this is not base64"},
      {"base64:TUQ==", kBlob, "", "11: this is not base64"},
      {"base64:TUQ=A", kBlob, "", "11: this is not base64"},
      {"base64:=", kBlob, "", "7: this is not base64"},
      {"base64:TU\nRT", kBlob, "", "[MDS]"},
      {"base64:TU_T", kBlob, "", "9: this is not base64"},
      {"4d4453", kBlob, "", "0: a BLOB begins with hex: or base64:"},
      {"CSSM_SERVICE_CSP | 0x4", kOne, "ServiceNames", "{6;}"},
      {"1, 2", kOne, "", "0: '1, 2' is not a number of 32 bits"},
      {" CSSM_SERVICE_XX", kOne, "ServiceNames",
       "1: 'CSSM_SERVICE_XX' is neither a number nor one of ServiceNames"},
      {"1|", kOne, "ServiceNames", "2: a name or number is missing"},
      {"|1", kOne, "", "0: a number is missing"},
      {"1 , 2|4,\n0x10", kMany, "", "{1;6;16;}"},
      {"1,,2", kMany, "", "2: a number is missing"},
      {"1,", kMany, "", "2: a number is missing"},
      {"3, 4294967296", kMany, "", "3: '4294967296' is not a number of 32 bits"},
  };
  for (const auto& c : kCases) {
    std::optional<MdsValue> value;
    size_t at = 0;
    const std::string fault = ParseMdsValue(c.text, c.format, c.symbols, &value, &at);
    const std::string got =
        fault.empty() ? Show(value, c.format) : std::to_string(at) + ": " + fault;
    EXPECT_EQ(got, c.expected) << c.text;
  }
}

TEST(MdsText, LongWordsInMessages) {
  std::optional<MdsValue> value;
  size_t at = 0;
  EXPECT_EQ(ParseMdsValue(std::string(5000, '1'), MdsFormat::kUint32, "", &value, &at),
            "a word of more than 4096 bytes");
  const std::string word(100, 'A');
  EXPECT_EQ(ParseMdsValue(word, MdsFormat::kUint32, "CspTypeNames", &value, &at),
            "'" + word.substr(0, 64) + "...' is neither a number nor one of CspTypeNames");
}

TEST(MdsText, FormatReadsBack) {
  const struct {
    MdsValue value;
    MdsFormat format;
    const char *symbols, *expected;
  } kCases[] = {
      {{"a b", {}}, MdsFormat::kString, "", "a b"},
      {{"", {}}, MdsFormat::kString, "", "hex:"},
      {{" a", {}}, MdsFormat::kString, "", "hex:2061"},
      {{"a\n", {}}, MdsFormat::kString, "", "hex:610a"},
      {{"a\nb", {}}, MdsFormat::kString, "", "hex:610a62"},
      {{"\xc3\xa9", {}}, MdsFormat::kString, "", "\xc3\xa9"},
      {{"a\x9b", {}}, MdsFormat::kString, "", "hex:619b"},
      {{"\xc2\x9b", {}}, MdsFormat::kString, "", "hex:c29b"},
      {{"hex:", {}}, MdsFormat::kString, "", "hex:6865783a"},
      {{"\xc3\xa9", {}}, MdsFormat::kString, "", "\xc3\xa9"},
      {{std::string("\0\xff", 2), {}}, MdsFormat::kBlob, "", "hex:00ff"},
      {{"", {}}, MdsFormat::kBlob, "", "hex:"},
      {{"", {0}}, MdsFormat::kUint32, "", "0"},
      {{"", {0}}, MdsFormat::kUint32, "CspFlagsNames", "0"},
      {{"", {6}}, MdsFormat::kUint32, "ServiceNames", "CSSM_SERVICE_CSP | CSSM_SERVICE_DL"},
      {{"", {0x86}}, MdsFormat::kUint32, "ServiceNames", "134"},
      {{"", {17}}, MdsFormat::kUint32, "AlgorithmNames", "CSSM_ALGID_3DES_3KEY_EDE"},
      {{"", {0x30003}}, MdsFormat::kUint32, "CertTypeNames", "196611"},
      {{"", {4294967295}}, MdsFormat::kUint32, "", "4294967295"},
      {{"", {0, 6, 9}},
       MdsFormat::kMultiUint32,
       "DbOperatorNames",
       "CSSM_DB_EQUAL, CSSM_DB_CONTAINS_FINAL_SUBSTRING, 9"},
      {{"", {}}, MdsFormat::kMultiUint32, "", ""},
  };
  for (const auto& c : kCases) {
    const std::string text = FormatMdsValue(c.value, c.format, c.symbols);
    EXPECT_EQ(text, c.expected);
    std::optional<MdsValue> value;
    size_t at = 0;
    EXPECT_EQ(ParseMdsValue(text, c.format, c.symbols, &value, &at), "") << text;
    EXPECT_EQ(value, c.value) << text;
  }
}

TEST(MdsText, Base64BothWays) {
  const std::string bytes(
      "\0\xff"
      "ab?>",
      6);
  const char* const texts[] = {"", "AA==", "AP8=", "AP9h", "AP9hYg==", "AP9hYj8=", "AP9hYj8+"};
  for (size_t size = 0; size <= bytes.size(); ++size) {
    EXPECT_EQ(EncodeBase64(bytes.substr(0, size)), texts[size]);
    size_t at = 0;
    EXPECT_EQ(DecodeBase64(texts[size], &at), bytes.substr(0, size));
  }
}

}  // namespace
}  // namespace keelson
