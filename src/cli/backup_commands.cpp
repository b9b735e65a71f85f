#include "cli/backup_commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "base/random.h"
#include "base/secret.h"
#include "cli/safety.h"
#include "cli/start_mark.h"
#include "storage/database_file.h"
#include "storage/folder_lock.h"
#include "storage/migrations.h"
#include "storage/queue_hold.h"
#include "storage/secrets.h"
#include "storage/tasks.h"

namespace slipway::cli {
namespace {

namespace fs = std::filesystem;
using storage::DatabaseFile;
using storage::Reader;
using Weight = Finding::Weight;

constexpr std::size_t kShownTasks = 50;

Site site_of(const SiteOptions& options) {
  const std::string data = data_folder(options.data);
  return {data, data + "/slipway.db", options.master_key_file.empty() ? data + "/master.key" : options.master_key_file};
}

std::string key_of_backup(const std::string& backup) { return backup + ".key"; }

/// "slipway-20260102T030405Z.db"
std::string name_at(Time now) {
  std::string digits;
  for (const char c : to_rfc3339(now).substr(0, 19)) {
    if (c != '-' && c != ':') digits.push_back(c);
  }
  return "slipway-" + digits + "Z.db";
}

/// Throws Error when the file holds no database that this program can run on.
void prove_sound(DatabaseFile& file, const std::string& path) {
  if (const auto damage = file.damage(); !damage.empty()) {
    fail(ErrorCode::unavailable, fmt::format("The database {} is damaged: {}.", path, damage.front()));
  }
  const storage::SchemaVersion schema = file.schema_version();
  if (schema.version == 0) fail(ErrorCode::unavailable, fmt::format("{} is no database of a Slipway server.", path));
  if (const auto why = storage::refusal_of(schema); !why.empty()) {
    fail(ErrorCode::unavailable, fmt::format("{} {}", path, why));
  }
}

/// The text of a key's file.
Secret read_key(Disk& disk, const std::string& file) {
  auto text = disk.read(file);
  if (!text) fail_not_found(fmt::format("There is no master key {}.", file));
  return Secret(std::move(*text));
}

void write_key(Disk& disk, const Secret& key, const std::string& to) {
  if (!disk.create(to, key.reveal(), 0600)) {
    fail(ErrorCode::conflict, fmt::format("{} exists already and is not overwritten.", to));
  }
}

/// Root may look on behalf of the server's own user, whose the folder is.
std::vector<Finding> inspect_site(const Site& site) {
  const auto folder = file_facts(site.data);
  return inspect_files(site, ::geteuid() == 0 && folder ? folder->owner : ::geteuid());
}

/// What the next start would run if nothing held it.
void tell_queue(Reader& reader, Time now, std::ostream& out) {
  auto tasks = storage::claimed_tasks(reader);
  for (auto& task : storage::queued_tasks(reader)) tasks.push_back(std::move(task));
  if (tasks.empty()) {
    out << "No task waits or executes in it.\n";
    return;
  }
  out << tasks.size() << " tasks in it have not ended:\n";
  for (std::size_t i = 0; i < std::min(tasks.size(), kShownTasks); ++i) {
    const auto& task = tasks[i];
    out << fmt::format("  {}  {}, {}  {}\n", task.id, storage::to_string(task.state),
                       task.queued > now ? "due " + to_rfc3339(task.queued)
                                         : "queued " + describe_duration(now - task.queued) + " ago",
                       task.description);
  }
  if (tasks.size() > kShownTasks) out << "  and " << tasks.size() - kShownTasks << " more\n";
}

/// Undoes what was made when the rest fails, so that what was refused leaves nothing behind.
class Undo {
 public:
  Undo() = default;
  ~Undo() {
    if (done_) return;
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
      try {
        (*step)();
      } catch (const Error&) {
        continue;  // what went wrong first is what is told
      }
    }
  }
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  void add(std::function<void()> step) { steps_.push_back(std::move(step)); }
  void done() { done_ = true; }

 private:
  std::vector<std::function<void()>> steps_;
  bool done_ = false;
};

/// Throws Error when a backup would lie among the server's own files, be taken for one of them, and go with them.
void require_outside(const std::string& target, const std::string& data) {
  std::error_code ignored;
  const auto folder = fs::weakly_canonical(data, ignored);
  for (auto place = fs::weakly_canonical(target, ignored); place.has_relative_path(); place = place.parent_path()) {
    if (place != folder) continue;
    fail_invalid(
        fmt::format("The backup {} would lie in the data folder {}, and be lost with it. Name a place outside, "
                    "best on another disk.",
                    target, data));
  }
}

/// Whose key is it? Before anything is written, so that a wrong one leaves nothing behind.
void prove_key(DatabaseFile& file, const std::string& key_file) {
  SystemDisk disk;
  SystemRandom random;
  const auto key = storage::MasterKey::load(disk, random, key_file, false);
  if (!file.read([&](Reader& reader) { return storage::is_key_of(key, reader); })) {
    fail(
        ErrorCode::unavailable,
        fmt::format("The master key {} is not the one that this backup's secrets were stored under. Bring the key that "
                    "belongs to it.",
                    key_file));
  }
}

/// The key that the restored server will use, and whether it has yet to be put there.
struct ChosenKey {
  std::string file;
  bool is_to_copy = false;
};

ChosenKey choose_key(const RestoreOptions& options, const Site& site) {
  if (fs::exists(site.key_file)) return {site.key_file, false};
  if (fs::exists(key_of_backup(options.backup))) return {key_of_backup(options.backup), true};
  fail_not_found(
      fmt::format("The backup needs its server's master key, and there is none at {}. Put it there (mode 0600), "
                  "or name it with --master-key-file.",
                  site.key_file));
}

/// What root made must be its owner's, or the server could not open it.
void give_to_owner_of(const std::string& folder, const std::vector<std::string>& files) {
  const auto facts = file_facts(folder);
  if (::geteuid() != 0 || !facts || facts->owner == 0) return;
  for (const auto& file : files) {
    if (fs::exists(file) && ::chown(file.c_str(), facts->owner, static_cast<gid_t>(-1)) != 0) {
      fail(ErrorCode::unavailable, fmt::format("{} could not be given to the owner of {}.", file, folder));
    }
  }
}

std::optional<std::uint64_t> free_bytes(const std::string& folder) {
  std::error_code error;
  const auto space = fs::space(folder, error);
  return error ? std::nullopt : std::optional<std::uint64_t>(space.available);
}

bool is_in_use(const std::string& folder) {
  try {
    const storage::FolderLock lock(folder);
    return false;
  } catch (const Error&) {
    return true;
  }
}

/// What `check` finds inside the database.
void inspect_database(std::vector<Finding>& findings, const Site& site) {
  DatabaseFile file(site.database);
  const storage::SchemaVersion schema = file.schema_version();
  const int version = schema.version, newest = storage::newest_schema_version();
  const std::string why = version == 0 ? "is not one of a Slipway server." : storage::refusal_of(schema);
  if (!why.empty()) {
    findings.push_back({Weight::error, "The database " + why, "Install the Slipway that wrote it, or a newer one."});
    return;
  }
  for (const auto& damage : file.damage()) {
    findings.push_back({Weight::error, fmt::format("The database is damaged: {}.", damage),
                        "Stop the server, keep the folder as it is, and restore the newest sound backup elsewhere."});
  }
  findings.push_back(
      {Weight::note,
       fmt::format("Schema version {}{}.", version, version < newest ? ", migrated at the next start" : ""), ""});
  if (const auto hold = file.read(storage::queue_hold)) {
    findings.push_back({Weight::warning, fmt::format("The task queue is held: {}", hold->reason),
                        "Look at GET /api/taskqueue, then POST /api/taskqueue/release."});
  }
  const bool has_secrets = file.read([](Reader& reader) { return storage::has_secrets(reader); });
  if (!has_secrets && !fs::exists(site.key_file)) return;
  prove_key(file, site.key_file);
  findings.push_back({Weight::note, fmt::format("The master key {} opens its secrets.", site.key_file), ""});
}

std::string_view name_of(Weight weight) {
  return weight == Weight::note ? "note" : weight == Weight::warning ? "warning" : "error";
}

}  // namespace

int run_backup(const BackupOptions& options, Time now, std::ostream& out) {
  if (options.target.empty()) fail_invalid("The backup's name is blank. Name a file to make, or a folder.");
  const Site site = site_of(options);
  SystemDisk disk;
  const std::string target = fs::is_directory(options.target) ? options.target + "/" + name_at(now) : options.target;
  if (options.with_master_key && fs::exists(key_of_backup(target))) {
    fail(ErrorCode::conflict, fmt::format("{} exists already and is not overwritten.", key_of_backup(target)));
  }
  require_outside(target, site.data);
  DatabaseFile database(site.database);
  const Secret key = options.with_master_key ? read_key(disk, site.key_file) : Secret();
  int version = 0;
  database.copy_to(target, [&](DatabaseFile& copy) {
    prove_sound(copy, target);
    if (options.with_master_key) prove_key(copy, site.key_file);
    version = copy.schema_version().version;
  });
  Undo undo;
  undo.add([&] { disk.remove(target); });
  if (options.with_master_key) write_key(disk, key, key_of_backup(target));
  undo.done();
  out << fmt::format("Backed up {} to {} ({} bytes, schema version {}, checked).\n", site.database, target,
                     fs::file_size(target), version);
  if (options.with_master_key) {
    out << fmt::format("With the master key in {}: whoever has both reads every secret.\n", key_of_backup(target));
  } else {
    out << fmt::format(
        "The master key is not in it, and without {} nobody can read its secrets: keep a copy of that "
        "file elsewhere.\n",
        site.key_file);
  }
  return EXIT_SUCCESS;
}

int run_restore(const RestoreOptions& options, Time now, std::ostream& out) {
  const Site site = site_of(options);
  SystemDisk disk;
  disk.make_directories(site.data, 0700);
  refuse_errors(inspect_site(site));
  const storage::FolderLock lock(site.data);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    if (fs::exists(site.database + suffix)) {
      fail(ErrorCode::conflict,
           fmt::format("{} exists, and a restore overwrites nothing. Restore into an empty folder, "
                       "or move the old database away first.",
                       site.database + suffix));
    }
  }
  DatabaseFile backup(options.backup);
  prove_sound(backup, options.backup);
  const ChosenKey key = choose_key(options, site);
  prove_key(backup, key.file);
  // The mark first: from it the next start knows what this is, also when the rest is cut short and done by hand.
  MarkFile mark(disk, site.key_file, site.data);
  const auto before = mark.read();
  Undo undo;
  undo.add([&] { before ? mark.write(*before) : mark.remove(); });
  Mark fresh = before.value_or(Mark{});
  fresh.restored_from = fs::path(options.backup).filename().string();
  fresh.written = now;
  mark.write(fresh);
  if (key.is_to_copy) {
    write_key(disk, read_key(disk, key.file), site.key_file);
    undo.add([&] { disk.remove(site.key_file); });
  }
  backup.copy_to(site.database);
  undo.add([&] { disk.remove(site.database); });
  give_to_owner_of(site.data, {site.database, site.key_file, mark.beside_key(), mark.in_data()});
  undo.done();
  out << fmt::format("Restored {} into {}.\n", options.backup, site.data);
  backup.read([&](Reader& reader) {
    tell_queue(reader, now, out);
    return true;
  });
  out << "The next start holds the task queue, so none of them runs: look at what has been deployed since, cancel what "
         "is "
         "outdated, then release it with POST /api/taskqueue/release.\n";
  return EXIT_SUCCESS;
}

int run_check(const CheckOptions& options, std::ostream& out) {
  const Site site = site_of(options);
  std::vector<Finding> findings;
  const auto add = [&](std::vector<Finding> more) {
    findings.insert(findings.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  if (!file_facts(site.data)) {
    fail_not_found(fmt::format("There is no data folder {}. Name it with --data.", site.data));
  }
  add(inspect_site(site));
  try {
    storage::require_one_name(site.database);
  } catch (const Error& error) {
    findings.push_back({Weight::error, error.message(), "The server does not start like that."});
  }
  try {
    inspect_database(findings, site);
  } catch (const Error& error) {
    findings.push_back({Weight::error, error.message(), "Restore it from your backup."});
  }
  std::error_code no_database;
  const auto size = fs::file_size(site.database, no_database);
  if (const auto room = options.free_bytes ? options.free_bytes : free_bytes(site.data))
    add(inspect_space(site, *room, no_database ? 0 : size));
  if (is_in_use(site.data)) findings.push_back({Weight::note, "A server is running on it.", ""});

  auto worst = Weight::note;
  for (const auto& finding : findings) {
    out << name_of(finding.weight) << ": " << finding.what << "\n";
    if (!finding.fix.empty()) out << "  " << finding.fix << "\n";
    worst = std::max(worst, finding.weight);
  }
  if (worst == Weight::note) out << "All is well with " << site.data << ".\n";
  return worst == Weight::note ? 0 : worst == Weight::warning ? 1 : 2;
}

}  // namespace slipway::cli
