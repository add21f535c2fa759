// p11-kit's module configuration (*.module, pkcs11.conf(5)) -> one P11_MODULE record.
//
// The rules are those of p11-kit's common/lexer.c: blanks around a line, a name and a value mean
// nothing; empty lines and those that begin with '#' neither; every other line is "name: value";
// the last one of a name counts. A section, a PEM block and a line without ':' make p11-kit refuse
// the file and are errors. Fields that it does not know are passed over with a note, as it does.
// A value that is empty is there: "enable-in:" keeps the module from every program.
#ifndef KEELSON_CORE_P11_MODULE_H_
#define KEELSON_CORE_P11_MODULE_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/mds_reader.h"

namespace keelson {

// As ReadMdsFile: errors, or one record, whose ModuleID is the context's.
std::vector<ParseError> ReadP11Module(std::string_view bytes, const std::string& file,
                                      const MdsContext& context, const MdsSchema& schema,
                                      std::vector<MdsRecord>* records,
                                      std::vector<ParseError>* notes);

}  // namespace keelson

#endif  // KEELSON_CORE_P11_MODULE_H_
