// The same sources that svcd reads. A service that nobody runs is "down", or "disabled" when nobody
// would start it.
#include "applets/svcd/svc_files.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "applets/run.h"
#include "applets/status.h"
#include "applets/svcd/service_sources.h"
#include "applets/svcd/set_text.h"
#include "applets/svcd/status_output.h"
#include "applets/svcd/svcd_options.h"
#include "core/log.h"
#include "platform/privilege.h"
#include "platform/program.h"

namespace keelson {
namespace {

constexpr char kDefaultMode[] = "default";

class ServiceFiles {
 public:
  explicit ServiceFiles(const Invocation& invocation) : invocation_(invocation) {}

  absl::Status Open() {
    const std::string path(invocation_.Text("root", "/"));
    std::string real;
    Error error = RealPath(path, &real);
    if (error.ok()) error = OpenRoot(real, &root_);
    if (!error.ok()) return SystemError(path, "", error);
    is_live_ = real == "/";
    const bool is_own = EffectiveUid() != 0 && !invocation_.Has("root");
    SourcePaths paths = is_own ? UserSourcePaths() : SourcePaths();
    paths.must_have_config = invocation_.Has("config");
    std::vector<std::pair<std::string_view, std::string*>> folders;
    folders.emplace_back("config", &paths.config);
    folders.emplace_back("init-dir", &paths.init_folder);
    paths.rc_folders.resize(invocation_.Count("rc-dir"));
    for (auto& [option, folder] : folders) {
      if (!invocation_.Has(option)) continue;
      absl::Status status = ReadFolder(option, invocation_.Text(option), folder);
      if (!status.ok()) return status;
    }
    for (size_t i = 0; i < paths.rc_folders.size(); ++i) {
      absl::Status status =
          ReadFolder("rc-dir", invocation_.Texts("rc-dir")[i], &paths.rc_folders[i]);
      if (!status.ok()) return status;
    }
    sources_.emplace(root_.get(), std::move(paths));
    set_ = sources_->Read();
    std::vector<std::string> findings = set_.findings;
    mode_ = sources_->ReadMode(invocation_.Text("mode", kDefaultMode), &findings);
    for (const std::string& finding : findings) PrintError(invocation_.applet(), finding);
    return absl::OkStatus();
  }

  absl::StatusOr<int> List() const {
    std::vector<ServiceRow> rows;
    for (ServiceId id = 0; id < set_.services.size(); ++id) {
      const ServiceSettings settings = MeaningOf(set_.services[id]);
      if (settings.type == ServiceType::kHelper && !invocation_.Has("all")) continue;
      rows.push_back(Row(id, settings));
    }
    PrintStatusTable(static_cast<OutputFormat>(invocation_.Number("output", 0)), rows);
    return 0;
  }

  // For each service that is named: what `tell` has to say, and whether that is a yes.
  template <typename Tell>
  absl::StatusOr<int> Each(Tell tell) const {
    int code = 0;
    for (size_t i = 1; i < invocation_.operands().size(); ++i) {
      const std::string name(invocation_.operands()[i]);
      ServiceId id = 0;
      if (!set_.IdOf(name, &id)) {
        PrintError(invocation_.applet(), name + ": no such service");
        code = 1;
      } else if (!tell(id)) {
        code = 1;
      }
    }
    return code;
  }

  absl::StatusOr<int> Enable(bool enable) {
    absl::Status failed;
    const bool dry_run = invocation_.Has("dry-run");
    absl::StatusOr<int> code = Each([&](ServiceId id) {
      std::vector<std::string> changed;
      const ServiceDefinition& service = set_.services[id];
      const Error error = EnableService(root_.get(), *sources_, service, enable, dry_run, &changed);
      for (const std::string& path : changed) std::printf("%s\n", Printable(path).c_str());
      if (error.ok()) return true;
      const std::string what = enable ? "cannot be enabled" : "cannot be disabled";
      if (error == kUnsupported) {
        PrintError(invocation_.applet(), service.name + ": " + what + ": rc.conf does not name it");
        return false;
      }
      PrintError(invocation_.applet(), service.name + ": " + what + ": " + error.Text());
      failed = absl::InternalError("");
      return false;
    });
    return failed.ok() ? code : failed;
  }

  const ServiceSet& set() const { return set_; }
  ServiceWish WishOf(ServiceId id) const { return WishFor(set_, id, mode_); }
  bool is_live() const { return is_live_; }

 private:
  // Below the root, or, on the running system's own, from where the user is.
  absl::Status ReadFolder(std::string_view option, std::string_view given,
                          std::string* folder) const {
    *folder = given;
    if (given.starts_with('/')) return absl::OkStatus();
    if (!is_live_) {
      return UsageError("--" + std::string(option) + " " + *folder +
                        ": with --root it begins with '/'");
    }
    const Error error = AbsolutePath(std::string(given), folder);
    return error.ok() ? absl::OkStatus() : SystemError(given, "", error);
  }

  ServiceRow Row(ServiceId id, const ServiceSettings& settings) const {
    const ServiceDefinition& service = set_.services[id];
    const ServiceWish wish = WishOf(id);
    const std::string_view fields[] = {
        service.name,
        wish.wanted ? "down" : "disabled",
        "",
        "",
        "0",
        "",
        ServiceSourceName(service.source),
        ServiceTypeName(settings.type),
        ServiceKindName(settings.kind),
        wish.why,
        service.files.empty() ? std::string_view() : service.files[0],
        settings.description};
    return ReadServiceRow(fields);
  }

  const Invocation& invocation_;
  std::unique_ptr<Root> root_;
  std::optional<ServiceSources> sources_;
  ServiceSet set_;
  ServiceMode mode_;
  bool is_live_ = true;
};

void Print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace

bool NamesFiles(const Invocation& invocation) {
  for (const char* option : {"root", "config", "rc-dir", "init-dir"}) {
    if (invocation.Has(option)) return true;
  }
  return false;
}

absl::StatusOr<int> TellFromFiles(const Invocation& invocation) {
  ServiceFiles files(invocation);
  if (absl::Status status = files.Open(); !status.ok()) return status;
  const std::string_view command = invocation.operands()[0];
  const ServiceSet& set = files.set();
  if (command == "list") return files.List();
  if (command == "check") {
    return files.Each([&](ServiceId id) {
      const ServiceWish wish = files.WishOf(id);
      Print(CheckText(set.services[id], wish));
      return wish.wanted;
    });
  }
  if (command == "load") {
    return files.Each([&](ServiceId id) {
      Print(LoadText(set.services[id]));
      return true;
    });
  }
  Print(command == "order" ? OrderText(set) : GraphText(set, invocation.Has("dot")));
  return set.graph.is_complete ? 0 : 1;
}

absl::StatusOr<int> EnableInFiles(const Invocation& invocation, bool* is_live) {
  ServiceFiles files(invocation);
  if (absl::Status status = files.Open(); !status.ok()) return status;
  *is_live = files.is_live();
  return files.Enable(invocation.operands()[0] == "enable");
}

}  // namespace keelson
