#include "cli/start_mark.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/describe.h"
#include "base/error.h"
#include "storage/changes.h"
#include "storage/events.h"
#include "storage/queue_hold.h"
#include "storage/resources.h"

namespace slipway::cli {
namespace {

constexpr std::string_view kFileName = "slipway.mark";
constexpr std::string_view kRowId = "DatabaseFile-1";
constexpr Duration kBehind = std::chrono::seconds(5);

struct MarkBody {
  std::string InstallationId;
  std::int64_t NewestEvent = 0;
  std::optional<Time> Written;
  std::string RestoredFrom;
};
BOOST_DESCRIBE_STRUCT(MarkBody, (), (InstallationId, NewestEvent, Written, RestoredFrom))

/// A row like any other document's, but no resource.
struct FileBody {
  std::string Id{kRowId};
  std::string File;
};
BOOST_DESCRIBE_STRUCT(FileBody, (), (Id, File))

std::string remembered_file(storage::Reader& reader) {
  const auto row = storage::find_resource(reader, kRowId);
  return row ? json::from_json<FileBody>(storage::parse_document(*row)).File : "";
}

void remember_file(storage::Txn& txn, const std::string& file) {
  auto row = storage::find_resource(txn, kRowId);
  const bool is_new = !row;
  if (is_new) row = storage::StoredResource{.id = std::string(kRowId), .type = "DatabaseFile"};
  row->body = json::to_text(json::to_json(FileBody{std::string(kRowId), file}));
  is_new ? storage::insert_resource(txn, *row) : storage::update_resource(txn, *row);
}

std::optional<storage::Event> newest_event(storage::Reader& reader) {
  auto page = storage::list_events(reader, {}, {0, 1});
  return page.items.empty() ? std::nullopt : std::optional(std::move(page.items.front()));
}

std::string beside(const std::string& file) { return (std::filesystem::path(file).parent_path() / kFileName).string(); }

}  // namespace

std::optional<std::string> reason_to_hold(const StartEvidence& e) {
  if (e.mark && !e.mark->restored_from.empty()) {
    return fmt::format("The database was restored from the backup {}; its newest entry is of {}.",
                       e.mark->restored_from, to_rfc3339(e.newest_event_at));
  }
  if (e.mark && e.mark->installation == e.installation && e.mark->newest_event > e.newest_event) {
    return fmt::format(
        "The database is older than what has run already: its newest entry, Events-{}, is of {}, but at {} there was "
        "Events-{}.",
        e.newest_event, to_rfc3339(e.newest_event_at), to_rfc3339(e.mark->written), e.mark->newest_event);
  }
  if (!e.remembered_file.empty() && !e.present_file.empty() && e.remembered_file != e.present_file) {
    return fmt::format(
        "The database lies in another file than at its last start: it was restored, or moved by copying it. Its newest "
        "entry is of {}.",
        to_rfc3339(e.newest_event_at));
  }
  return std::nullopt;
}

std::string identity_of_file(const std::string& path) {
  struct statx about {};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &about) != 0) return {};
  const bool knows_birth = (about.stx_mask & STATX_BTIME) != 0;
  return fmt::format("{}:{}.{:09}", about.stx_ino, knows_birth ? about.stx_btime.tv_sec : 0,
                     knows_birth ? about.stx_btime.tv_nsec : 0);
}

MarkFile::MarkFile(Disk& disk, const std::string& key_file, const std::string& data_folder)
    : disk_(disk), beside_key_(beside(key_file)), in_data_(data_folder + "/" + std::string(kFileName)) {}

/// The newer of both, since either place may have become writable or not.
std::optional<Mark> MarkFile::read() {
  auto first = read(beside_key_);
  auto second = read(in_data_);
  if (!first || (second && second->written > first->written)) return second;
  return first;
}

std::optional<Mark> MarkFile::read(const std::string& path) {
  try {
    const auto text = disk_.read(path);
    if (!text) return std::nullopt;
    const auto body = json::from_json<MarkBody>(json::parse(*text));
    return Mark{body.InstallationId, body.NewestEvent, body.Written.value_or(Time{}), body.RestoredFrom};
  } catch (const Error&) {
    return std::nullopt;  // not readable is as good as not there: it only ever asks for more care
  }
}

void MarkFile::write(const Mark& mark) {
  if (!write(beside_key_, mark)) write(in_data_, mark);
}

void MarkFile::remove() {
  disk_.remove(beside_key_);
  disk_.remove(in_data_);
}

bool MarkFile::write(const std::string& path, const Mark& mark) {
  const MarkBody body{mark.installation, mark.newest_event, mark.written, mark.restored_from};
  const std::string fresh = path + ".new";
  try {
    disk_.remove(fresh);
    disk_.create(fresh, json::to_text(json::to_json(body)) + "\n", 0600);
  } catch (const Error&) {
    return false;
  }
  std::error_code error;
  std::filesystem::rename(fresh, path, error);
  if (error) disk_.remove(fresh);
  return !error;
}

StartGuard::StartGuard(storage::Database& database, MarkFile file, std::string database_path, std::string installation,
                       const Clock& clock, const Log& log)
    : database_(database),
      file_(std::move(file)),
      path_(std::move(database_path)),
      installation_(std::move(installation)),
      clock_(clock),
      log_(log) {}

StartEvidence StartGuard::evidence() {
  StartEvidence e;
  e.installation = installation_;
  e.present_file = identity_of_file(path_);
  e.mark = file_.read();
  database_.read([&](storage::Reader& reader) {
    e.remembered_file = remembered_file(reader);
    if (const auto newest = newest_event(reader)) {
      e.newest_event = newest->number;
      e.newest_event_at = newest->occurred;
    }
  });
  return e;
}

void StartGuard::start(bool hold_anyway) {
  const StartEvidence e = evidence();
  auto reason = reason_to_hold(e);
  const bool is_restored = reason.has_value();
  if (!reason && hold_anyway) reason = "The server was started with --hold-queue.";
  if (reason) {
    database_.write("hold queue", [&](storage::Txn& txn) {
      if (is_restored) storage::skip_changes(txn, clock_.now());
      storage::hold_queue(txn, {*reason, clock_.now(), true});
    });
  }
  if (e.remembered_file != e.present_file) remember(e.present_file);
  write_mark();
}

/// A disk that is full must not keep the server from starting; the next start tries again.
void StartGuard::remember(const std::string& file) {
  try {
    database_.write("remember file", [&](storage::Txn& txn) { remember_file(txn, file); });
  } catch (const Error& error) {
    log_.warning("which file the database is in could not be stored", {{"error", error.message()}});
  }
}

void StartGuard::follow(Executor& executor) {
  database_.subscribe([this, &executor, due = due_](const std::vector<storage::Change>& changes) {
    const auto is_of_task = [](const storage::Change& change) { return change.kind == storage::Change::Kind::task; };
    if (std::none_of(changes.begin(), changes.end(), is_of_task) || due->exchange(true)) return;
    executor.post_at(clock_.steady() + kBehind, [this, due] {
      due->store(false);
      write_mark();
    });
  });
}

void StartGuard::write_mark() {
  try {
    const auto newest = database_.read(newest_event);
    file_.write({installation_, newest ? newest->number : 0, clock_.now(), ""});
  } catch (const Error& error) {
    log_.warning("the mark of what has run could not be written", {{"error", error.message()}});
  }
}

}  // namespace slipway::cli
