// One constant table. Names, formats, symbol tables and unique indexes of Apple's relations are
// those of libsecurity_mds (MDSSchema.cpp).
#include "core/mds_relations.h"

namespace keelson {

namespace {

constexpr MdsDeclaration kDeclarations[] = {
    {"OBJECT", "ModuleID STRING",
     "Manifest BLOB, ModuleName STRING, Path STRING, ProductVersion STRING, BuiltIn UINT32"},
    {"CSSM", "ModuleID STRING",
     "CDSAVersion STRING, Vendor STRING, Desc STRING, NativeServices UINT32 ServiceNames"},
    {"KRMM", "CSSMGuid STRING, PolicyType UINT32 KrPolicyTypeNames",
     "PolicyName STRING, PolicyPath STRING, PolicyInfo BLOB, PolicyManifest BLOB, "
     "ModuleID STRING"},
    {"EMM", "ModuleID STRING",
     "Manifest BLOB, ModuleName STRING, Path STRING, CDSAVersion STRING, "
     "EMMSpecVersion STRING, Desc STRING, PolicyStmt BLOB, EmmVersion STRING, "
     "EmmVendor STRING, EmmType UINT32"},
    {"EMM_PRIMARY", "ModuleID STRING, SSID UINT32, ServiceType UINT32",
     "Manifest BLOB, ModuleName STRING, ProductVersion STRING, Vendor STRING, "
     "SampleTypes MULTI_UINT32 SampleTypeNames, "
     "AclSubjectTypes MULTI_UINT32 AclSubjectTypeNames, "
     "AuthTags MULTI_UINT32 AclAuthTagNames, EmmSpecVersion STRING"},
    {"COMMON", "ModuleID STRING",
     "Manifest BLOB, ModuleName STRING, Path STRING, CDSAVersion STRING, Desc STRING, "
     "DynamicFlag UINT32, MultiThreadFlag UINT32, ServiceMask UINT32 ServiceNames"},
    {"CSP_PRIMARY", "ModuleID STRING, SSID UINT32",
     "Manifest BLOB, ModuleName STRING, ProductVersion STRING, Vendor STRING, "
     "CspType UINT32 CspTypeNames, CspFlags UINT32 CspFlagsNames, CspCustomFlags UINT32, "
     "UseeTags MULTI_UINT32 UseeTagsNames, SampleTypes MULTI_UINT32 SampleTypeNames, "
     "AclSubjectTypes MULTI_UINT32 AclSubjectTypeNames, AuthTags MULTI_UINT32 AclAuthTagNames"},
    {"CSP_CAPABILITY",
     "ModuleID STRING, SSID UINT32, UseeTag UINT32 UseeTagsNames, "
     "ContextType UINT32 ContextTypeNames, AlgType UINT32 AlgorithmNames, GroupId UINT32, "
     "AttributeType UINT32 AttributeTypeNames",
     "AttributeValue MULTI_UINT32, Description STRING"},
    {"CSP_ENCAPSULATED_PRODUCT", "ModuleID STRING, SSID UINT32",
     "ProductDesc STRING, ProductVendor STRING, ProductVersion STRING, ProductFlags UINT32, "
     "CustomFlags UINT32, StandardDesc STRING, StandardVersion STRING, ReaderDesc STRING, "
     "ReaderVendor STRING, ReaderVersion STRING, ReaderFirmwareVersion STRING, "
     "ReaderFlags UINT32 CspReaderFlagsNames, ReaderCustomFlags UINT32, "
     "ReaderSerialNumber STRING"},
    {"CSP_SC_INFO",
     "ModuleID STRING, SSID UINT32, ScDesc STRING, ScVendor STRING, ScVersion STRING, "
     "ScFirmwareVersion STRING, ScFlags UINT32 CspScFlagsNames",
     "ScCustomFlags UINT32, ScSerialNumber STRING"},
    {"DL_PRIMARY", "ModuleID STRING, SSID UINT32",
     "Manifest BLOB, ModuleName STRING, ProductVersion STRING, Vendor STRING, "
     "DLType UINT32 DlTypeNames, QueryLimitsFlag UINT32, "
     "SampleTypes MULTI_UINT32 SampleTypeNames, "
     "AclSubjectTypes MULTI_UINT32 AclSubjectTypeNames, "
     "AuthTags MULTI_UINT32 AclAuthTagNames, ConjunctiveOps MULTI_UINT32 DbConjunctiveNames, "
     "RelationalOps MULTI_UINT32 DbOperatorNames"},
    {"DL_ENCAPSULATED_PRODUCT", "ModuleID STRING, SSID UINT32",
     "ProductDesc STRING, ProductVendor STRING, ProductVersion STRING, ProductFlags UINT32, "
     "StandardDesc STRING, StandardVersion STRING, Protocol UINT32 NetProtocolNames, "
     "RetrievalMode UINT32 DbRetrievalModeNames"},
    {"CL_PRIMARY", "ModuleID STRING, SSID UINT32",
     "Manifest BLOB, ModuleName STRING, ProductVersion STRING, Vendor STRING, "
     "CertTypeFormat UINT32 CertTypeNames, CrlTypeFormat UINT32 CrlTypeNames, "
     "CertFieldNames BLOB, BundleTypeFormat MULTI_UINT32 CertBundleTypeNames, "
     "XlationTypeFormat MULTI_UINT32 CertTypeNames, TemplateFieldNames BLOB"},
    {"CL_ENCAPSULATED_PRODUCT", "ModuleID STRING, SSID UINT32",
     "ProductDesc STRING, ProductVendor STRING, ProductVersion STRING, ProductFlags UINT32, "
     "StandardDesc STRING, StandardVersion STRING"},
    {"TP_PRIMARY", "ModuleID STRING, SSID UINT32",
     "Manifest BLOB, ModuleName STRING, ProductVersion STRING, Vendor STRING, "
     "CertTypeFormat UINT32 CertTypeNames, SampleTypes MULTI_UINT32 SampleTypeNames, "
     "AclSubjectTypes MULTI_UINT32 AclSubjectTypeNames, AuthTags MULTI_UINT32 AclAuthTagNames"},
    {"TP_OIDS", "ModuleID STRING, SSID UINT32, OID BLOB", "Value BLOB"},
    {"TP_ENCAPSULATED_PRODUCT", "ModuleID STRING, SSID UINT32",
     "ProductDesc STRING, ProductVendor STRING, ProductVersion STRING, ProductFlags UINT32, "
     "AuthorityRequestType MULTI_UINT32 TpAuthRequestNames, StandardDesc STRING, "
     "StandardVersion STRING, ProtocolDesc STRING, ProtocolFlags UINT32, "
     "CertClassName STRING, RootCertificate BLOB, RootCertTypeFormat UINT32 CertTypeNames"},
    {"SCHEMA_RELATIONS", "RelationID UINT32", "RelationName STRING"},
    {"SCHEMA_ATTRIBUTES", "RelationID UINT32, AttributeID UINT32",
     "AttributeNameFormat UINT32, AttributeName STRING, AttributeNameID BLOB, "
     "AttributeFormat UINT32"},
    {"SCHEMA_INDEXES", "RelationID UINT32, IndexID UINT32",
     "AttributeID UINT32, IndexType UINT32, IndexedDataLocation UINT32"},
    {"AC_PRIMARY", "ModuleID STRING, SSID UINT32",
     "Manifest BLOB, ModuleName STRING, ProductVersion STRING, Vendor STRING"},
    {"KR_PRIMARY", "ModuleID STRING, SSID UINT32",
     "Manifest BLOB, ModuleName STRING, CompatCSSMVersion STRING, Version STRING, "
     "Vendor STRING, Description STRING, ConfigFileLocation STRING"},

    // Ours.
    {"P11_MODULE", "ModuleID STRING",
     "Module STRING, Priority STRING, Critical STRING, EnableIn STRING, DisableIn STRING, "
     "TrustPolicy STRING, Managed STRING, Remote STRING, LogCalls STRING, InitReserved STRING, "
     "UserConfig STRING"},
    {"MODINFO", "ModuleID STRING, Ordinal UINT32", "Key STRING, Value STRING"},
    {"PACKAGE", "ModuleID STRING, Key STRING", "Value STRING"},
};

}  // namespace

std::span<const MdsDeclaration> MdsDeclarations() { return kDeclarations; }

}  // namespace keelson
