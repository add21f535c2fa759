// Apple's tables of names for numbers (libsecurity_mds, MDSAttrStrings.cpp), in its order: where
// two names have one number, the first one is written.
#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/mds_schema.h"

namespace keelson {

namespace {

struct Symbol {
  const char* name;
  uint32_t number;
};

struct Table {
  const char* name;
  std::span<const Symbol> symbols;
};

constexpr Symbol kServiceNames[] = {
    {"CSSM_SERVICE_CSSM", 1}, {"CSSM_SERVICE_CSP", 2}, {"CSSM_SERVICE_DL", 4},
    {"CSSM_SERVICE_CL", 8},   {"CSSM_SERVICE_TP", 16}, {"CSSM_SERVICE_AC", 32},
    {"CSSM_SERVICE_KR", 64},
};

constexpr Symbol kAclSubjectTypeNames[] = {
    {"CSSM_ACL_SUBJECT_TYPE_ANY", 1},
    {"CSSM_ACL_SUBJECT_TYPE_THRESHOLD", 123},
    {"CSSM_ACL_SUBJECT_TYPE_PASSWORD", 79},
    {"CSSM_ACL_SUBJECT_TYPE_PROTECTED_PASSWORD", 87},
    {"CSSM_ACL_SUBJECT_TYPE_PROMPTED_PASSWORD", 84},
    {"CSSM_ACL_SUBJECT_TYPE_PUBLIC_KEY", 89},
    {"CSSM_ACL_SUBJECT_TYPE_HASHED_SUBJECT", 44},
    {"CSSM_ACL_SUBJECT_TYPE_BIOMETRIC", 8},
    {"CSSM_ACL_SUBJECT_TYPE_PROTECTED_BIOMETRIC", 86},
    {"CSSM_ACL_SUBJECT_TYPE_PROMPTED_BIOMETRIC", 83},
    {"CSSM_ACL_SUBJECT_TYPE_LOGIN_NAME", 58},
    {"CSSM_ACL_SUBJECT_TYPE_EXT_PAM_NAME", 78},
    {"CSSM_ACL_SUBJECT_TYPE_KEYCHAIN_PROMPT", 0x10000},
    {"CSSM_ACL_SUBJECT_TYPE_PROCESS", 0x10003},
    {"CSSM_ACL_SUBJECT_TYPE_CODE_SIGNATURE", 116},
    {"CSSM_ACL_SUBJECT_TYPE_COMMENT", 12},
};

constexpr Symbol kAclAuthTagNames[] = {
    {"CSSM_ACL_AUTHORIZATION_ANY", 1},
    {"CSSM_ACL_AUTHORIZATION_LOGIN", 57},
    {"CSSM_ACL_AUTHORIZATION_GENKEY", 41},
    {"CSSM_ACL_AUTHORIZATION_DELETE", 25},
    {"CSSM_ACL_AUTHORIZATION_EXPORT_WRAPPED", 38},
    {"CSSM_ACL_AUTHORIZATION_EXPORT_CLEAR", 37},
    {"CSSM_ACL_AUTHORIZATION_IMPORT_WRAPPED", 48},
    {"CSSM_ACL_AUTHORIZATION_IMPORT_CLEAR", 47},
    {"CSSM_ACL_AUTHORIZATION_SIGN", 115},
    {"CSSM_ACL_AUTHORIZATION_ENCRYPT", 35},
    {"CSSM_ACL_AUTHORIZATION_DECRYPT", 24},
    {"CSSM_ACL_AUTHORIZATION_MAC", 59},
    {"CSSM_ACL_AUTHORIZATION_DERIVE", 28},
    {"CSSM_ACL_AUTHORIZATION_DBS_CREATE", 22},
    {"CSSM_ACL_AUTHORIZATION_DBS_DELETE", 23},
    {"CSSM_ACL_AUTHORIZATION_DB_READ", 21},
    {"CSSM_ACL_AUTHORIZATION_DB_INSERT", 19},
    {"CSSM_ACL_AUTHORIZATION_DB_MODIFY", 20},
    {"CSSM_ACL_AUTHORIZATION_DB_DELETE", 17},
    {"CSSM_ACL_AUTHORIZATION_CHANGE_ACL", 0x10000},
    {"CSSM_ACL_AUTHORIZATION_CHANGE_OWNER", 0x10001},
};

constexpr Symbol kContextTypeNames[] = {
    {"CSSM_ALGCLASS_NONE", 0},       {"CSSM_ALGCLASS_CUSTOM", 1},
    {"CSSM_ALGCLASS_SIGNATURE", 2},  {"CSSM_ALGCLASS_SYMMETRIC", 3},
    {"CSSM_ALGCLASS_DIGEST", 4},     {"CSSM_ALGCLASS_RANDOMGEN", 5},
    {"CSSM_ALGCLASS_UNIQUEGEN", 6},  {"CSSM_ALGCLASS_MAC", 7},
    {"CSSM_ALGCLASS_ASYMMETRIC", 8}, {"CSSM_ALGCLASS_KEYGEN", 9},
    {"CSSM_ALGCLASS_DERIVEKEY", 10}, {"CSSM_ALGCLASS_NONE", 0},
};

constexpr Symbol kAttributeTypeNames[] = {
    {"CSSM_ATTRIBUTE_NONE", 0},
    {"CSSM_ATTRIBUTE_CUSTOM", 0x20000001},
    {"CSSM_ATTRIBUTE_DESCRIPTION", 0x50000002},
    {"CSSM_ATTRIBUTE_KEY", 0x40000003},
    {"CSSM_ATTRIBUTE_INIT_VECTOR", 0x20000004},
    {"CSSM_ATTRIBUTE_SALT", 0x20000005},
    {"CSSM_ATTRIBUTE_PADDING", 0x10000006},
    {"CSSM_ATTRIBUTE_RANDOM", 0x20000007},
    {"CSSM_ATTRIBUTE_SEED", 0x30000008},
    {"CSSM_ATTRIBUTE_PASSPHRASE", 0x30000009},
    {"CSSM_ATTRIBUTE_KEY_LENGTH", 0x1000000a},
    {"CSSM_ATTRIBUTE_KEY_LENGTH_RANGE", 0x7000000b},
    {"CSSM_ATTRIBUTE_BLOCK_SIZE", 0x1000000c},
    {"CSSM_ATTRIBUTE_OUTPUT_SIZE", 0x1000000d},
    {"CSSM_ATTRIBUTE_ROUNDS", 0x1000000e},
    {"CSSM_ATTRIBUTE_IV_SIZE", 0x1000000f},
    {"CSSM_ATTRIBUTE_ALG_PARAMS", 0x20000010},
    {"CSSM_ATTRIBUTE_LABEL", 0x20000011},
    {"CSSM_ATTRIBUTE_KEY_TYPE", 0x10000012},
    {"CSSM_ATTRIBUTE_MODE", 0x10000013},
    {"CSSM_ATTRIBUTE_EFFECTIVE_BITS", 0x10000014},
    {"CSSM_ATTRIBUTE_START_DATE", 0x60000015},
    {"CSSM_ATTRIBUTE_END_DATE", 0x60000016},
    {"CSSM_ATTRIBUTE_KEYUSAGE", 0x10000017},
    {"CSSM_ATTRIBUTE_KEYATTR", 0x10000018},
    {"CSSM_ATTRIBUTE_VERSION", 0x1000019},
    {"CSSM_ATTRIBUTE_PRIME", 0x2000001a},
    {"CSSM_ATTRIBUTE_SUBPRIME", 0x2000001c},
    {"CSSM_ATTRIBUTE_ALG_ID", 0x1000001d},
    {"CSSM_ATTRIBUTE_ITERATION_COUNT", 0x1000001e},
    {"CSSM_ATTRIBUTE_ROUNDS_RANGE", 0x7000001f},
    {"CSSM_ATTRIBUTE_KRPROFILE_LOCAL", 0x3000020},
    {"CSSM_ATTRIBUTE_KRPROFILE_REMOTE", 0x3000021},
    {"CSSM_ATTRIBUTE_CSP_HANDLE", 0x10000022},
    {"CSSM_ATTRIBUTE_DL_DB_HANDLE", 0x2000023},
    {"CSSM_ATTRIBUTE_ACCESS_CREDENTIALS", 0x80000024},
    {"CSSM_ATTRIBUTE_PUBLIC_KEY_FORMAT", 0x10000025},
    {"CSSM_ATTRIBUTE_PRIVATE_KEY_FORMAT", 0x10000026},
    {"CSSM_ATTRIBUTE_SYMMETRIC_KEY_FORMAT", 0x10000027},
    {"CSSM_ATTRIBUTE_WRAPPED_KEY_FORMAT", 0x10000028},
};

constexpr Symbol kPaddingNames[] = {
    {"CSSM_PADDING_NONE", 0},   {"CSSM_PADDING_CUSTOM", 1},    {"CSSM_PADDING_ZERO", 2},
    {"CSSM_PADDING_ONE", 3},    {"CSSM_PADDING_ALTERNATE", 4}, {"CSSM_PADDING_FF", 5},
    {"CSSM_PADDING_PKCS5", 6},  {"CSSM_PADDING_PKCS7", 7},     {"CSSM_PADDING_CIPHERSTEALING", 8},
    {"CSSM_PADDING_RANDOM", 9}, {"CSSM_PADDING_PKCS1", 10},
};

constexpr Symbol kCspFlagsNames[] = {
    {"CSSM_CSP_TOK_WRITE_PROTECTED", 2},
    {"CSSM_CSP_TOK_LOGIN_REQUIRED", 4},
    {"CSSM_CSP_TOK_USER_PIN_INITIALIZED", 8},
    {"CSSM_CSP_TOK_PROT_AUTHENTICATION", 256},
    {"CSSM_CSP_TOK_USER_PIN_EXPIRED", 0x100000},
    {"CSSM_CSP_TOK_SESSION_KEY_PASSWORD", 0x200000},
    {"CSSM_CSP_TOK_PRIVATE_KEY_PASSWORD", 0x400000},
    {"CSSM_CSP_STORES_PRIVATE_KEYS", 0x1000000},
    {"CSSM_CSP_STORES_PUBLIC_KEYS", 0x2000000},
    {"CSSM_CSP_STORES_SESSION_KEYS", 0x4000000},
    {"CSSM_CSP_STORES_CERTIFICATES", 0x8000000},
    {"CSSM_CSP_STORES_GENERIC", 0x10000000},
};

constexpr Symbol kAlgorithmNames[] = {
    {"CSSM_ALGID_NONE", 0},
    {"CSSM_ALGID_CUSTOM", 1},
    {"CSSM_ALGID_DH", 2},
    {"CSSM_ALGID_PH", 3},
    {"CSSM_ALGID_KEA", 4},
    {"CSSM_ALGID_MD2", 5},
    {"CSSM_ALGID_MD4", 6},
    {"CSSM_ALGID_MD5", 7},
    {"CSSM_ALGID_SHA1", 8},
    {"CSSM_ALGID_NHASH", 9},
    {"CSSM_ALGID_HAVAL", 10},
    {"CSSM_ALGID_RIPEMD", 11},
    {"CSSM_ALGID_IBCHASH", 12},
    {"CSSM_ALGID_RIPEMAC", 13},
    {"CSSM_ALGID_DES", 14},
    {"CSSM_ALGID_DESX", 15},
    {"CSSM_ALGID_RDES", 16},
    {"CSSM_ALGID_3DES_3KEY_EDE", 17},
    {"CSSM_ALGID_3DES_2KEY_EDE", 18},
    {"CSSM_ALGID_3DES_1KEY_EEE", 19},
    {"CSSM_ALGID_3DES_3KEY", 17},
    {"CSSM_ALGID_3DES_3KEY_EEE", 20},
    {"CSSM_ALGID_3DES_2KEY", 18},
    {"CSSM_ALGID_3DES_2KEY_EEE", 21},
    {"CSSM_ALGID_3DES_1KEY", 20},
    {"CSSM_ALGID_IDEA", 22},
    {"CSSM_ALGID_RC2", 23},
    {"CSSM_ALGID_RC5", 24},
    {"CSSM_ALGID_RC4", 25},
    {"CSSM_ALGID_SEAL", 26},
    {"CSSM_ALGID_CAST", 27},
    {"CSSM_ALGID_BLOWFISH", 28},
    {"CSSM_ALGID_SKIPJACK", 29},
    {"CSSM_ALGID_LUCIFER", 30},
    {"CSSM_ALGID_MADRYGA", 31},
    {"CSSM_ALGID_FEAL", 32},
    {"CSSM_ALGID_REDOC", 33},
    {"CSSM_ALGID_REDOC3", 34},
    {"CSSM_ALGID_LOKI", 35},
    {"CSSM_ALGID_KHUFU", 36},
    {"CSSM_ALGID_KHAFRE", 37},
    {"CSSM_ALGID_MMB", 38},
    {"CSSM_ALGID_GOST", 39},
    {"CSSM_ALGID_SAFER", 40},
    {"CSSM_ALGID_CRAB", 41},
    {"CSSM_ALGID_RSA", 42},
    {"CSSM_ALGID_DSA", 43},
    {"CSSM_ALGID_MD5WithRSA", 44},
    {"CSSM_ALGID_MD2WithRSA", 45},
    {"CSSM_ALGID_ElGamal", 46},
    {"CSSM_ALGID_MD2Random", 47},
    {"CSSM_ALGID_MD5Random", 48},
    {"CSSM_ALGID_SHARandom", 49},
    {"CSSM_ALGID_DESRandom", 50},
    {"CSSM_ALGID_SHA1WithRSA", 51},
    {"CSSM_ALGID_CDMF", 52},
    {"CSSM_ALGID_CAST3", 53},
    {"CSSM_ALGID_CAST5", 54},
    {"CSSM_ALGID_GenericSecret", 55},
    {"CSSM_ALGID_ConcatBaseAndKey", 56},
    {"CSSM_ALGID_ConcatKeyAndBase", 57},
    {"CSSM_ALGID_ConcatBaseAndData", 58},
    {"CSSM_ALGID_ConcatDataAndBase", 59},
    {"CSSM_ALGID_XORBaseAndData", 60},
    {"CSSM_ALGID_ExtractFromKey", 61},
    {"CSSM_ALGID_SSL3PrePrimaryGen", 62},
    {"CSSM_ALGID_SSL3PrimaryDerive", 63},
    {"CSSM_ALGID_SSL3KeyAndMacDerive", 64},
    {"CSSM_ALGID_SSL3MD5_MAC", 65},
    {"CSSM_ALGID_SSL3SHA1_MAC", 66},
    {"CSSM_ALGID_PKCS5_PBKDF1_MD5", 67},
    {"CSSM_ALGID_PKCS5_PBKDF1_MD2", 68},
    {"CSSM_ALGID_PKCS5_PBKDF1_SHA1", 69},
    {"CSSM_ALGID_WrapLynks", 70},
    {"CSSM_ALGID_WrapSET_OAEP", 71},
    {"CSSM_ALGID_BATON", 72},
    {"CSSM_ALGID_ECDSA", 73},
    {"CSSM_ALGID_MAYFLY", 74},
    {"CSSM_ALGID_JUNIPER", 75},
    {"CSSM_ALGID_FASTHASH", 76},
    {"CSSM_ALGID_3DES", 77},
    {"CSSM_ALGID_SSL3MD5", 78},
    {"CSSM_ALGID_SSL3SHA1", 79},
    {"CSSM_ALGID_FortezzaTimestamp", 80},
    {"CSSM_ALGID_SHA1WithDSA", 81},
    {"CSSM_ALGID_SHA1WithECDSA", 82},
    {"CSSM_ALGID_DSA_BSAFE", 83},
    {"CSSM_ALGID_ECDH", 84},
    {"CSSM_ALGID_ECMQV", 85},
    {"CSSM_ALGID_PKCS12_SHA1_PBE", 86},
    {"CSSM_ALGID_ECNRA", 87},
    {"CSSM_ALGID_SHA1WithECNRA", 88},
    {"CSSM_ALGID_ECES", 89},
    {"CSSM_ALGID_ECAES", 90},
    {"CSSM_ALGID_SHA1HMAC", 91},
    {"CSSM_ALGID_FIPS186Random", 92},
    {"CSSM_ALGID_ECC", 93},
    {"CSSM_ALGID_MQV", 94},
    {"CSSM_ALGID_NRA", 95},
    {"CSSM_ALGID_IntelPlatformRandom", 96},
    {"CSSM_ALGID_UTC", 97},
    {"CSSM_ALGID_HAVAL3", 98},
    {"CSSM_ALGID_HAVAL4", 99},
    {"CSSM_ALGID_HAVAL5", 100},
    {"CSSM_ALGID_TIGER", 101},
    {"CSSM_ALGID_MD5HMAC", 102},
    {"CSSM_ALGID_PKCS5_PBKDF2", 103},
    {"CSSM_ALGID_RUNNING_COUNTER", 104},
    {"CSSM_ALGID_APPLE_YARROW", 0x80000000},
    {"CSSM_ALGID_AES", 0x80000001},
    {"CSSM_ALGID_FEE", 0x80000002},
    {"CSSM_ALGID_FEE_MD5", 0x80000003},
    {"CSSM_ALGID_FEE_SHA1", 0x80000004},
    {"CSSM_ALGID_FEED", 0x80000005},
    {"CSSM_ALGID_FEEDEXP", 0x80000006},
    {"CSSM_ALGID_ASC", 0x80000007},
    {"CSSM_ALGID_SHA1HMAC_LEGACY", 0x80000008},
};

constexpr Symbol kEncryptModeNames[] = {
    {"CSSM_ALGMODE_NONE", 0},
    {"CSSM_ALGMODE_CUSTOM", 1},
    {"CSSM_ALGMODE_ECB", 2},
    {"CSSM_ALGMODE_ECBPad", 3},
    {"CSSM_ALGMODE_CBC", 4},
    {"CSSM_ALGMODE_CBC_IV8", 5},
    {"CSSM_ALGMODE_CBCPadIV8", 6},
    {"CSSM_ALGMODE_CFB", 7},
    {"CSSM_ALGMODE_CFB_IV8", 8},
    {"CSSM_ALGMODE_CFBPadIV8", 9},
    {"CSSM_ALGMODE_OFB", 10},
    {"CSSM_ALGMODE_OFB_IV8", 11},
    {"CSSM_ALGMODE_OFBPadIV8", 12},
    {"CSSM_ALGMODE_COUNTER", 13},
    {"CSSM_ALGMODE_BC", 14},
    {"CSSM_ALGMODE_PCBC", 15},
    {"CSSM_ALGMODE_CBCC", 16},
    {"CSSM_ALGMODE_OFBNLF", 17},
    {"CSSM_ALGMODE_PBC", 18},
    {"CSSM_ALGMODE_PFB", 19},
    {"CSSM_ALGMODE_CBCPD", 20},
    {"CSSM_ALGMODE_PUBLIC_KEY", 21},
    {"CSSM_ALGMODE_PRIVATE_KEY", 22},
    {"CSSM_ALGMODE_SHUFFLE", 23},
    {"CSSM_ALGMODE_ECB64", 24},
    {"CSSM_ALGMODE_CBC64", 25},
    {"CSSM_ALGMODE_OFB64", 26},
    {"CSSM_ALGMODE_CFB32", 28},
    {"CSSM_ALGMODE_CFB16", 29},
    {"CSSM_ALGMODE_CFB8", 30},
    {"CSSM_ALGMODE_WRAP", 31},
    {"CSSM_ALGMODE_PRIVATE_WRAP", 32},
    {"CSSM_ALGMODE_RELAYX", 33},
    {"CSSM_ALGMODE_ECB128", 34},
    {"CSSM_ALGMODE_ECB96", 35},
    {"CSSM_ALGMODE_CBC128", 36},
    {"CSSM_ALGMODE_OAEP_HASH", 37},
    {"CSSM_ALGMODE_PKCS1_EME_V15", 38},
    {"CSSM_ALGMODE_PKCS1_EME_OAEP", 39},
    {"CSSM_ALGMODE_PKCS1_EMSA_V15", 40},
    {"CSSM_ALGMODE_ISO_9796", 41},
    {"CSSM_ALGMODE_X9_31", 42},
};

constexpr Symbol kCspTypeNames[] = {
    {"CSSM_CSP_SOFTWARE", 1},
    {"CSSM_CSP_HARDWARE", 2},
    {"CSSM_CSP_HYBRID", 3},
};

constexpr Symbol kUseeTagsNames[] = {
    {"CSSM_USEE_NONE", 0},           {"CSSM_USEE_DOMESTIC", 1}, {"CSSM_USEE_FINANCIAL", 2},
    {"CSSM_USEE_KRLE", 3},           {"CSSM_USEE_KRENT", 4},    {"CSSM_USEE_SSL", 5},
    {"CSSM_USEE_AUTHENTICATION", 6}, {"CSSM_USEE_KEYEXCH", 7},  {"CSSM_USEE_MEDICAL", 8},
    {"CSSM_USEE_INSURANCE", 9},      {"CSSM_USEE_WEAK", 10},
};

constexpr Symbol kCspReaderFlagsNames[] = {
    {"CSSM_CSP_RDR_TOKENPRESENT", 1},
    {"CSSM_CSP_RDR_EXISTS", 2},
    {"CSSM_CSP_RDR_HW", 4},
};

constexpr Symbol kCspScFlagsNames[] = {
    {"CSSM_CSP_TOK_RNG", 1},
    {"CSSM_CSP_TOK_CLOCK_EXISTS", 64},
};

constexpr Symbol kSampleTypeNames[] = {
    {"CSSM_SAMPLE_TYPE_PASSWORD", 79},
    {"CSSM_SAMPLE_TYPE_HASHED_PASSWORD", 43},
    {"CSSM_SAMPLE_TYPE_PROTECTED_PASSWORD", 87},
    {"CSSM_SAMPLE_TYPE_PROMPTED_PASSWORD", 84},
    {"CSSM_SAMPLE_TYPE_SIGNED_NONCE", 117},
    {"CSSM_SAMPLE_TYPE_SIGNED_SECRET", 118},
    {"CSSM_SAMPLE_TYPE_BIOMETRIC", 8},
    {"CSSM_SAMPLE_TYPE_PROTECTED_BIOMETRIC", 86},
    {"CSSM_SAMPLE_TYPE_PROMPTED_BIOMETRIC", 83},
    {"CSSM_SAMPLE_TYPE_THRESHOLD", 123},
    {"CSSM_SAMPLE_TYPE_KEYCHAIN_PROMPT", 0x10000},
    {"CSSM_SAMPLE_TYPE_KEYCHAIN_LOCK", 0x10001},
    {"CSSM_SAMPLE_TYPE_KEYCHAIN_CHANGE_LOCK", 0x10002},
    {"CSSM_SAMPLE_TYPE_PROCESS", 0x10003},
    {"CSSM_SAMPLE_TYPE_COMMENT", 12},
    {"CSSM_SAMPLE_TYPE_RETRY_ID", 85},
};

constexpr Symbol kCertTypeNames[] = {
    {"CSSM_CERT_UNKNOWN", 0},
    {"CSSM_CERT_X_509v1", 1},
    {"CSSM_CERT_X_509v2", 2},
    {"CSSM_CERT_X_509v3", 3},
    {"CSSM_CERT_PGP", 4},
    {"CSSM_CERT_PGP", 4},
    {"CSSM_CERT_SDSIv1", 6},
    {"CSSM_CERT_Intel", 8},
    {"CSSM_CERT_X_509_ATTRIBUTE", 9},
    {"CSSM_CERT_X9_ATTRIBUTE", 10},
    {"CSSM_CERT_TUPLE", 11},
    {"CSSM_CERT_ACL_ENTRY", 12},
    {"CSSM_CERT_MULTIPLE", 32766},
    {"CSSM_CERT_ENCODING_UNKNOWN", 0},
    {"CSSM_CERT_ENCODING_CUSTOM", 1},
    {"CSSM_CERT_ENCODING_BER", 2},
    {"CSSM_CERT_ENCODING_DER", 3},
    {"CSSM_CERT_ENCODING_NDR", 4},
    {"CSSM_CERT_ENCODING_SEXPR", 5},
    {"CSSM_CERT_ENCODING_PGP", 6},
    {"CSSM_CERT_ENCODING_MULTIPLE", 32766},
};

constexpr Symbol kCrlTypeNames[] = {
    {"CSSM_CRL_TYPE_UNKNOWN", 0},      {"CSSM_CRL_TYPE_X_509v1", 1},
    {"CSSM_CRL_TYPE_X_509v2", 2},      {"CSSM_CRL_TYPE_SPKI", 3},
    {"CSSM_CRL_TYPE_MULTIPLE", 32766}, {"CSSM_CRL_ENCODING_UNKNOWN", 0},
    {"CSSM_CRL_ENCODING_CUSTOM", 1},   {"CSSM_CRL_ENCODING_BER", 2},
    {"CSSM_CRL_ENCODING_DER", 3},      {"CSSM_CRL_ENCODING_BLOOM", 4},
    {"CSSM_CRL_ENCODING_SEXPR", 5},    {"CSSM_CRL_ENCODING_MULTIPLE", 32766},
};

constexpr Symbol kCertBundleTypeNames[] = {
    {"CSSM_CERT_BUNDLE_UNKNOWN", 0},
    {"CSSM_CERT_BUNDLE_CUSTOM", 1},
    {"CSSM_CERT_BUNDLE_PKCS7_SIGNED_DATA", 2},
    {"CSSM_CERT_BUNDLE_PKCS7_SIGNED_ENVELOPED_DATA", 3},
    {"CSSM_CERT_BUNDLE_PKCS12", 4},
    {"CSSM_CERT_BUNDLE_PFX", 5},
    {"CSSM_CERT_BUNDLE_SPKI_SEQUENCE", 6},
    {"CSSM_CERT_BUNDLE_PGP_KEYRING", 7},
    {"CSSM_CERT_BUNDLE_ENCODING_UNKNOWN", 0},
    {"CSSM_CERT_BUNDLE_ENCODING_CUSTOM", 1},
    {"CSSM_CERT_BUNDLE_ENCODING_BER", 2},
    {"CSSM_CERT_BUNDLE_ENCODING_DER", 3},
    {"CSSM_CERT_BUNDLE_ENCODING_SEXPR", 4},
    {"CSSM_CERT_BUNDLE_PFX", 5},
    {"CSSM_CERT_BUNDLE_ENCODING_PGP", 5},
};

constexpr Symbol kCertTemplateTypeNames[] = {
    {"CSSM_CL_TEMPLATE_INTERMEDIATE_CERT", 1},
    {"CSSM_CL_TEMPLATE_PKIX_CERTTEMPLATE", 2},
};

constexpr Symbol kTpAuthRequestNames[] = {
    {"CSSM_TP_AUTHORITY_REQUEST_CERTISSUE", 1},      {"CSSM_TP_AUTHORITY_REQUEST_CERTREVOKE", 2},
    {"CSSM_TP_AUTHORITY_REQUEST_CERTSUSPEND", 3},    {"CSSM_TP_AUTHORITY_REQUEST_CERTRESUME", 4},
    {"CSSM_TP_AUTHORITY_REQUEST_CERTVERIFY", 5},     {"CSSM_TP_AUTHORITY_REQUEST_CERTNOTARIZE", 6},
    {"CSSM_TP_AUTHORITY_REQUEST_CERTUSERECOVER", 7}, {"CSSM_TP_AUTHORITY_REQUEST_CRLISSUE", 256},
};

constexpr Symbol kDlTypeNames[] = {
    {"CSSM_DL_UNKNOWN", 0}, {"CSSM_DL_CUSTOM", 1}, {"CSSM_DL_LDAP", 2},   {"CSSM_DL_ODBC", 3},
    {"CSSM_DL_PKCS11", 4},  {"CSSM_DL_FFS", 5},    {"CSSM_DL_MEMORY", 6}, {"CSSM_DL_REMOTEDIR", 7},
};

constexpr Symbol kDbConjunctiveNames[] = {
    {"CSSM_DB_NONE", 0},
    {"CSSM_DB_AND", 1},
    {"CSSM_DB_OR", 2},
};

constexpr Symbol kDbOperatorNames[] = {
    {"CSSM_DB_EQUAL", 0},
    {"CSSM_DB_NOT_EQUAL", 1},
    {"CSSM_DB_LESS_THAN", 2},
    {"CSSM_DB_GREATER_THAN", 3},
    {"CSSM_DB_CONTAINS", 4},
    {"CSSM_DB_CONTAINS_INITIAL_SUBSTRING", 5},
    {"CSSM_DB_CONTAINS_FINAL_SUBSTRING", 6},
};

constexpr Symbol kNetProtocolNames[] = {
    {"CSSM_NET_PROTO_NONE", 0},    {"CSSM_NET_PROTO_CUSTOM", 1}, {"CSSM_NET_PROTO_UNSPECIFIED", 2},
    {"CSSM_NET_PROTO_LDAP", 3},    {"CSSM_NET_PROTO_LDAPS", 4},  {"CSSM_NET_PROTO_LDAPNS", 5},
    {"CSSM_NET_PROTO_X500DAP", 6}, {"CSSM_NET_PROTO_FTP", 7},    {"CSSM_NET_PROTO_FTPS", 8},
    {"CSSM_NET_PROTO_OCSP", 9},    {"CSSM_NET_PROTO_CMP", 10},   {"CSSM_NET_PROTO_CMPS", 11},
};

constexpr Symbol kDbRetrievalModeNames[] = {
    {"CSSM_DB_TRANSACTIONAL_MODE", 0},
    {"CSSM_DB_FILESYSTEMSCAN_MODE", 1},
};

constexpr Symbol kKrPolicyTypeNames[] = {
    {"CSSM_KR_INDIV_POLICY", 1},
    {"CSSM_KR_ENT_POLICY", 2},
    {"CSSM_KR_LE_MAN_POLICY", 3},
    {"CSSM_KR_LE_USE_POLICY", 4},
};

constexpr Table kTables[] = {
    {"ServiceNames", kServiceNames},
    {"AclSubjectTypeNames", kAclSubjectTypeNames},
    {"AclAuthTagNames", kAclAuthTagNames},
    {"ContextTypeNames", kContextTypeNames},
    {"AttributeTypeNames", kAttributeTypeNames},
    {"PaddingNames", kPaddingNames},
    {"CspFlagsNames", kCspFlagsNames},
    {"AlgorithmNames", kAlgorithmNames},
    {"EncryptModeNames", kEncryptModeNames},
    {"CspTypeNames", kCspTypeNames},
    {"UseeTagsNames", kUseeTagsNames},
    {"CspReaderFlagsNames", kCspReaderFlagsNames},
    {"CspScFlagsNames", kCspScFlagsNames},
    {"SampleTypeNames", kSampleTypeNames},
    {"CertTypeNames", kCertTypeNames},
    {"CrlTypeNames", kCrlTypeNames},
    {"CertBundleTypeNames", kCertBundleTypeNames},
    {"CertTemplateTypeNames", kCertTemplateTypeNames},
    {"TpAuthRequestNames", kTpAuthRequestNames},
    {"DlTypeNames", kDlTypeNames},
    {"DbConjunctiveNames", kDbConjunctiveNames},
    {"DbOperatorNames", kDbOperatorNames},
    {"NetProtocolNames", kNetProtocolNames},
    {"DbRetrievalModeNames", kDbRetrievalModeNames},
    {"KrPolicyTypeNames", kKrPolicyTypeNames},
};

std::span<const Symbol> SymbolsOf(std::string_view table) {
  for (const Table& known : kTables) {
    if (known.name == table) return known.symbols;
  }
  return {};
}

}  // namespace

bool IsMdsSymbolTable(std::string_view table) { return !SymbolsOf(table).empty(); }

bool MdsSymbolsAreFlags(std::string_view table) {
  uint32_t bits = 0;
  for (const Symbol& symbol : SymbolsOf(table)) {
    if (!std::has_single_bit(symbol.number) || (bits & symbol.number) != 0) return false;
    bits |= symbol.number;
  }
  return bits != 0;
}

std::optional<uint32_t> FindMdsSymbol(std::string_view table, std::string_view symbol) {
  for (const Symbol& known : SymbolsOf(table)) {
    if (known.name == symbol) return known.number;
  }
  return std::nullopt;
}

std::string_view MdsSymbolOf(std::string_view table, uint32_t number) {
  for (const Symbol& known : SymbolsOf(table)) {
    if (known.number == number) return known.name;
  }
  return {};
}

}  // namespace keelson
