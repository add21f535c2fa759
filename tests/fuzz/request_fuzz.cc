// Any bytes as a request to pwlookupd, and as an answer from it: a request that parses is answered
// by the machine from small nasty tables; the answer reads back; foreign answers never read
// outside.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "applets/pwlookupd/machine.h"
#include "applets/pwlookupd/tables.h"
#include "core/nscd_host_wire.h"
#include "core/nscd_wire.h"
#include "tests/fuzz/require.h"

namespace {

using namespace keelson;

FileBytes BytesOf(std::string_view text) {
  FileBytes bytes;
  bytes.data.reset(new char[text.size()]);
  std::memcpy(bytes.data.get(), text.data(), text.size());
  bytes.size = text.size();
  return bytes;
}

class FuzzAsker : public Asker {
 public:
  explicit FuzzAsker(bool yes) : yes_(yes) {}
  bool Privileged() override { return yes_; }
  void AskedForMapping() override {}
  bool MayBeGlibc() override { return yes_; }

 private:
  bool yes_;
};

// The tables are built from the input itself, so that keys and records meet.
LookupMachine* MachineFor(std::string_view bytes) {
  static LookupMachine machine;
  machine.SetPasswd(std::make_unique<PasswdTable>(BytesOf(bytes)));
  machine.SetGroup(std::make_unique<GroupTable>(BytesOf(bytes)));
  machine.SetServices(std::make_unique<ServiceTable>(BytesOf(bytes)));
  machine.SetHosts(std::make_unique<HostTable>(BytesOf(bytes)));
  machine.SetHostConf({.multi = bytes.size() % 2 == 0});
  machine.SetNetgroup(std::make_unique<NetgroupTable>(BytesOf(bytes)));
  return &machine;
}

void ReadAnswers(std::string_view bytes, bool complete) {
  NscdFound found;
  PasswdEntry passwd;
  GroupAnswer group;
  ServiceAnswer service;
  std::vector<uint32_t> gids;
  int readable = ReadPasswdAnswer(bytes, &found, &passwd);
  readable += ReadGroupAnswer(bytes, &found, &group);
  readable += ReadServiceAnswer(bytes, &found, &service);
  readable += ReadInitgroupsAnswer(bytes, &found, &gids);
  HostAnswer host;
  AddressInfoAnswer addresses;
  std::vector<NetgroupItem> triples;
  bool is_in;
  readable += ReadHostAnswer(bytes, &found, &host);
  readable += ReadAddressInfoAnswer(bytes, &found, &addresses);
  readable += ReadNetgroupAnswer(bytes, &found, &triples);
  readable += ReadInNetgroupAnswer(bytes, &found, &is_in);
  Require(readable > 0 || !complete);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ReadAnswers(bytes, /*complete=*/false);

  NscdRequest request;
  if (ParseNscdRequest(bytes, &request) != NscdParse::kRequest) return 0;
  Require(request.key.data() >= bytes.data() &&
          request.key.data() + request.key.size() <= bytes.data() + bytes.size());
  // What stands behind the request is the file.
  const size_t end = request.key.data() + request.key.size() - bytes.data();
  const size_t used = std::min(end + 1, bytes.size());
  LookupMachine* machine = MachineFor(bytes.substr(used));
  FuzzAsker asker(size % 2 == 0);
  std::string answer;
  const Action action = machine->Handle(request, asker, &answer);
  if (action.kind != Action::kAnswer || request.type == NscdType::kStatistics) return 0;
  Require(answer.size() >= 12);
  int32_t found;
  std::memcpy(&found, answer.data() + 4, sizeof found);
  if (NscdMapKey(request.type).empty()) {
    Require(found == 0 || found == 1 || found == -1);
    ReadAnswers(answer, found == 1);
  }
  return 0;
}
