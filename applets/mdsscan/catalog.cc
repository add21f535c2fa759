// A head with its own checksum, then fields one behind the other (docs/FORMATS.md): numbers as the
// machine has them, texts and lists with their length in front.
#include "applets/mdsscan/catalog.h"

#include <cstring>

#include "applets/mdsscan/catalog_format.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace keelson {
namespace {

class Writer {
 public:
  template <typename T>
  void Number(T number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  void Text(std::string_view text) {
    Number(static_cast<uint32_t>(text.size()));
    bytes_.append(text);
  }
  void Lines(std::span<const std::string_view> lines) {
    Number(static_cast<uint32_t>(lines.size()));
    for (const std::string_view line : lines) Text(line);
  }
  std::string& bytes() { return bytes_; }

 private:
  std::string bytes_;
};

void CountModule(const SeenModule& module, CatalogHead* head) {
  head->lines += static_cast<uint32_t>(module.messages.size() + module.notes.size());
  head->files += static_cast<uint32_t>(module.files.size());
  for (const SeenFile& file : module.files) {
    head->records += static_cast<uint32_t>(file.records.size());
  }
}

void WriteModule(const SeenModule& module, Writer* to) {
  to->Text(module.name);
  to->Number(static_cast<uint32_t>(module.fault));
  to->Number(module.read_ns);
  to->Lines(module.messages);
  to->Lines(module.notes);
  to->Number(static_cast<uint32_t>(module.files.size()));
  for (const SeenFile& file : module.files) {
    to->Text(file.name);
    to->Number<uint32_t>(file.is_directory + 2 * file.is_link);
    to->Number(file.validator);
    to->Number(file.digest);
    to->Number(static_cast<uint32_t>(file.records.size()));
    for (const SeenRecords& records : file.records) {
      to->Text(records.relation);
      to->Number(records.count);
    }
  }
}

// Modules that follow each other in another file are copied at once.
void WriteModules(std::span<const SeenModule> modules, Writer* to, CatalogHead* head) {
  std::string_view run;
  for (const SeenModule& module : modules) {
    CountModule(module, head);
    if (!run.empty() && run.data() + run.size() == module.stored.data()) {
      run = {run.data(), run.size() + module.stored.size()};
      continue;
    }
    to->bytes().append(run);
    run = module.stored;
    if (module.stored.empty()) WriteModule(module, to);
  }
  to->bytes().append(run);
}

}  // namespace

uint64_t CatalogSum(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

Validator ValidatorOf(const FileInfo& info) {
  const auto type = static_cast<uint32_t>(info.type);
  return {info.dev, info.ino,      info.size,    info.mode | type << 12,
          info.uid, info.mtime_ns, info.ctime_ns};
}

Digest DigestOf(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

std::span<const std::string_view> CatalogMemory::KeepLines(const std::vector<std::string>& texts) {
  if (texts.empty()) return {};
  std::vector<std::string_view> lines;
  for (const std::string& text : texts) lines.push_back(Keep(text));
  return Keep(std::move(lines));
}

std::string FormatCatalog(const Catalog& catalog) {
  CatalogHead head = {};
  Writer path, body;
  for (const std::string& place : catalog.path) path.Text(place);
  body.bytes().reserve(catalog.modules.size() * 512);
  for (const SeenFolder& folder : catalog.folders) {
    body.Number(folder.place);
    body.Text(folder.name);
    body.Number<uint32_t>(folder.is_there);
    body.Number(folder.validator);
    body.Number(folder.digest);
    body.Lines(folder.messages);
    head.lines += static_cast<uint32_t>(folder.messages.size());
  }
  WriteModules(catalog.modules, &body, &head);
  for (const SeenDuplicate& duplicate : catalog.duplicates) {
    body.Text(duplicate.relation);
    body.Text(duplicate.module);
    body.Text(duplicate.winner);
  }
  head.magic = kCatalogMagic;
  head.version = kCatalogVersion;
  head.head_size = static_cast<uint32_t>(sizeof head + path.bytes().size());
  head.body_size = body.bytes().size();
  head.body_sum = CatalogSum(body.bytes());
  head.generation = catalog.generation;
  head.snapshot = catalog.snapshot;
  head.started_ns = catalog.started_ns;
  head.recursive = catalog.recursive;
  head.places = static_cast<uint32_t>(catalog.path.size());
  head.folders = static_cast<uint32_t>(catalog.folders.size());
  head.modules = static_cast<uint32_t>(catalog.modules.size());
  head.duplicates = static_cast<uint32_t>(catalog.duplicates.size());
  std::string bytes;
  bytes.reserve(head.head_size + head.body_size);
  bytes.append(reinterpret_cast<const char*>(&head), sizeof head);
  bytes.append(path.bytes());
  head.head_sum = CatalogSum(std::string_view(bytes).substr(kCatalogUnsummed));
  std::memcpy(bytes.data() + offsetof(CatalogHead, head_sum), &head.head_sum, sizeof head.head_sum);
  bytes.append(body.bytes());
  return bytes;
}

}  // namespace keelson
