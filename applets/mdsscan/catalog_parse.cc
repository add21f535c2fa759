// The head counts the rows of each kind, so that they are put where they stay; a row is not
// believed beyond these counts.
#include <cstring>

#include "applets/mdsscan/catalog_format.h"

namespace keelson {
namespace {

constexpr size_t kMaxPlaces = 10'000;

// After the first thing that does not fit, everything is 0 and empty.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  T Number() {
    T number{};
    if (const char* at = Take(sizeof number)) std::memcpy(&number, at, sizeof number);
    return number;
  }
  std::string_view Text() {
    const auto size = Number<uint32_t>();
    const char* at = Take(size);
    return at == nullptr ? std::string_view() : std::string_view(at, size);
  }
  // A list whose rows follow, to be put behind those that *rows has; no more than were counted.
  template <typename T>
  std::span<T> Rows(std::vector<T>* rows, size_t* used) {
    const auto count = Number<uint32_t>();
    if (count > rows->size() - *used) Fail();
    if (failed_) return {};
    const std::span<T> span(rows->data() + *used, count);
    *used += count;
    return span;
  }
  void Fail() { failed_ = true; }
  bool at_end() const { return !failed_ && bytes_.empty(); }
  bool failed() const { return failed_; }
  std::string_view rest() const { return bytes_; }

 private:
  const char* Take(size_t size) {
    if (failed_ || size > bytes_.size()) {
      failed_ = true;
      return nullptr;
    }
    const char* at = bytes_.data();
    bytes_.remove_prefix(size);
    return at;
  }

  std::string_view bytes_;
  bool failed_ = false;
};

// Rows where they stay.
struct Rows {
  std::vector<SeenFile> files;
  std::vector<SeenRecords> records;
  std::vector<std::string_view> lines;
  size_t files_used = 0, records_used = 0, lines_used = 0;
};

std::span<const std::string_view> ReadLines(Reader* from, Rows* rows) {
  const auto lines = from->Rows(&rows->lines, &rows->lines_used);
  for (std::string_view& line : lines) line = from->Text();
  return lines;
}

void ReadModule(Reader* from, Rows* rows, SeenModule* module) {
  const std::string_view begin = from->rest();
  module->name = from->Text();
  const auto fault = from->Number<uint32_t>();
  if (fault > static_cast<uint32_t>(ModuleFault::kRefused)) return from->Fail();
  module->fault = static_cast<ModuleFault>(fault);
  module->read_ns = from->Number<int64_t>();
  module->messages = ReadLines(from, rows);
  module->notes = ReadLines(from, rows);
  const auto files = from->Rows(&rows->files, &rows->files_used);
  module->files = files;
  for (SeenFile& file : files) {
    file.name = from->Text();
    const auto kind = from->Number<uint32_t>();
    if (kind > 2) return from->Fail();
    file.is_directory = kind == 1;
    file.is_link = kind == 2;
    file.validator = from->Number<Validator>();
    file.digest = from->Number<Digest>();
    const auto records = from->Rows(&rows->records, &rows->records_used);
    file.records = records;
    for (SeenRecords& of : records) {
      of.relation = from->Text();
      of.count = from->Number<uint32_t>();
    }
  }
  module->stored = begin.substr(0, begin.size() - from->rest().size());
}

void ReadFolder(Reader* from, Rows* rows, SeenFolder* folder) {
  folder->place = from->Number<uint32_t>();
  folder->name = from->Text();
  folder->is_there = from->Number<uint32_t>() != 0;
  folder->validator = from->Number<Validator>();
  folder->digest = from->Number<Digest>();
  folder->messages = ReadLines(from, rows);
}

bool InOrder(const Catalog& catalog) {
  for (size_t i = 1; i < catalog.modules.size(); ++i) {
    if (catalog.modules[i - 1].name >= catalog.modules[i].name) return false;
  }
  for (size_t i = 0; i < catalog.folders.size(); ++i) {
    const SeenFolder& folder = catalog.folders[i];
    if (folder.place >= catalog.path.size()) return false;
    if (i == 0) continue;
    const SeenFolder& before = catalog.folders[i - 1];
    if (std::pair(before.place, before.name) >= std::pair(folder.place, folder.name)) return false;
  }
  return true;
}

bool ReadHead(std::string_view bytes, CatalogHead* head) {
  if (bytes.size() < sizeof *head) return false;
  std::memcpy(head, bytes.data(), sizeof *head);
  return head->magic == kCatalogMagic && head->version == kCatalogVersion &&
         head->head_size >= sizeof *head && head->head_size <= bytes.size() &&
         CatalogSum(bytes.substr(kCatalogUnsummed, head->head_size - kCatalogUnsummed)) ==
             head->head_sum;
}

}  // namespace

std::optional<Catalog> ParseCatalogHead(std::string_view bytes) {
  CatalogHead head;
  if (!ReadHead(bytes, &head) || head.places > kMaxPlaces) return std::nullopt;
  Catalog catalog;
  catalog.generation = head.generation;
  catalog.snapshot = head.snapshot;
  catalog.started_ns = head.started_ns;
  catalog.recursive = head.recursive != 0;
  Reader path(bytes.substr(sizeof head, head.head_size - sizeof head));
  for (uint32_t i = 0; i < head.places && !path.failed(); ++i) {
    catalog.path.emplace_back(path.Text());
  }
  if (!path.at_end()) return std::nullopt;
  return catalog;
}

std::optional<Catalog> ParseCatalog(std::string bytes) {
  auto owner = std::make_shared<const std::string>(std::move(bytes));
  return ParseCatalog(*owner, owner);
}

std::optional<Catalog> ParseCatalog(std::string_view bytes, std::shared_ptr<const void> owner) {
  std::optional<Catalog> catalog = ParseCatalogHead(bytes);
  CatalogHead head;
  if (!catalog || !ReadHead(bytes, &head)) return std::nullopt;
  const std::string_view body = bytes.substr(head.head_size);
  const uint64_t rows_counted = uint64_t{head.folders} + head.modules + head.files + head.records +
                                head.lines + head.duplicates;
  // Each row has four bytes at least, so that counts ask for no more memory than the bytes allow.
  if (body.size() != head.body_size || CatalogSum(body) != head.body_sum ||
      rows_counted > body.size() / 4) {
    return std::nullopt;
  }
  Reader from(body);
  Rows rows;
  rows.files.resize(head.files);
  rows.records.resize(head.records);
  rows.lines.resize(head.lines);
  catalog->folders.resize(head.folders);
  catalog->modules.resize(head.modules);
  catalog->duplicates.resize(head.duplicates);
  for (SeenFolder& folder : catalog->folders) ReadFolder(&from, &rows, &folder);
  for (SeenModule& module : catalog->modules) ReadModule(&from, &rows, &module);
  for (SeenDuplicate& duplicate : catalog->duplicates) {
    duplicate.relation = from.Text();
    duplicate.module = from.Text();
    duplicate.winner = from.Text();
  }
  if (!from.at_end() || !InOrder(*catalog)) return std::nullopt;
  auto memory = std::make_shared<CatalogMemory>();
  memory->KeepAlive(std::move(owner));
  memory->Keep(std::move(rows.files));
  memory->Keep(std::move(rows.records));
  memory->Keep(std::move(rows.lines));
  catalog->memory = std::move(memory);
  return catalog;
}

}  // namespace keelson
