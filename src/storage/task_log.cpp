#include "storage/task_log.h"

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "storage/compression.h"
#include "storage/numbered_id.h"
#include "storage/queries.h"

namespace slipway::storage {
namespace {

/// A chunk of an ended task holds about this many uncompressed bytes: enough to compress well, little enough that a
/// reader who wants one line does not unpack much.
constexpr std::size_t kLargeChunk = 128 * 1024;

struct Sql {
  Query end, place, append, read, read_back, erase_range, erase;
};
constexpr Sql kSql{
    .end = {"end of log", "SELECT last, size FROM log_chunks WHERE task = ?1 ORDER BY last DESC LIMIT 1"},
    .place = {"place of task", "SELECT space, project FROM tasks WHERE number = ?1"},
    .append = {"append log", "INSERT INTO log_chunks (task, last, lines, size, packed) VALUES (?1, ?2, ?3, ?4, ?5)"},
    .read = {"read log",
             "SELECT last, lines, size, packed FROM log_chunks WHERE task = ?1 AND last > ?2 ORDER BY last"},
    .read_back = {"read log backwards",
                  "SELECT last, lines, size, packed FROM log_chunks WHERE task = ?1 AND last > ?2 ORDER BY last DESC"},
    .erase_range = {"erase log chunks", "DELETE FROM log_chunks WHERE task = ?1 AND last > ?2 AND last <= ?3"},
    .erase = {"erase log",
              "DELETE FROM log_chunks WHERE task = ?1 AND last IN"
              " (SELECT last FROM log_chunks WHERE task = ?1 ORDER BY last LIMIT ?2)"},
};

// A chunk is its lines one after another, each: unit, category, microseconds since the line before, text. Numbers are
// LEB128 (a signed one folded: 0, -1, 1, -2, …), texts are preceded by their length.

void put_number(std::string& out, std::uint64_t n) {
  for (; n >= 0x80; n >>= 7) out.push_back(static_cast<char>(n | 0x80));
  out.push_back(static_cast<char>(n));
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

std::uint64_t fold_sign(std::int64_t n) {
  return (static_cast<std::uint64_t>(n) << 1) ^ static_cast<std::uint64_t>(n >> 63);
}
std::int64_t unfold_sign(std::uint64_t n) {
  return static_cast<std::int64_t>(n >> 1) ^ -static_cast<std::int64_t>(n & 1);
}

class ChunkReader {
 public:
  explicit ChunkReader(std::string_view bytes) : rest_(bytes) {}
  bool at_end() const { return rest_.empty(); }

  std::uint64_t number() {
    std::uint64_t n = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      n |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return n;
    }
    fail_damaged();
  }
  std::string text() { return std::string(take(number())); }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) fail_damaged();
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  [[noreturn]] static void fail_damaged() { fail(ErrorCode::internal, "A chunk of a task log is damaged."); }

  std::string_view rest_;
};

class ChunkWriter {
 public:
  void add(const LogLine& line) {
    put_number(bytes_, static_cast<std::uint64_t>(line.unit));
    put_text(bytes_, line.category);
    put_number(bytes_, fold_sign(to_micros(line.occurred) - before_));
    put_text(bytes_, line.text);
    before_ = to_micros(line.occurred);
    ++lines_;
  }
  const std::string& bytes() const { return bytes_; }
  std::int64_t lines() const { return lines_; }

 private:
  std::string bytes_;
  std::int64_t before_ = 0;
  std::int64_t lines_ = 0;
};

/// Calls `each` for the lines of one row of kSql.read, until it returns false.
bool each_line(const Row& row, const std::function<bool(LogLine&&)>& each) {
  const std::string bytes = unpack(row.text(3));
  ChunkReader chunk(bytes);
  std::int64_t number = row.integer(0) - row.integer(1);
  std::int64_t micros = 0;
  while (!chunk.at_end()) {
    LogLine line;
    line.number = ++number;
    line.unit = static_cast<int>(chunk.number());
    line.category = chunk.text();
    micros += unfold_sign(chunk.number());
    line.occurred = from_micros(micros);
    line.text = chunk.text();
    if (!each(std::move(line))) return false;
  }
  return true;
}

struct End {
  std::int64_t last = 0;
  std::int64_t size = 0;
};

End end_of(Reader& reader, std::int64_t task) {
  return reader.one(kSql.end, {task},
                    [](const Row& row) {
                      return End{row.integer(0), row.integer(1)};
                    })
      .value_or(End{});
}

/// Chunks in (after, last] as one, with what their last row says of the log up to there.
struct Run {
  ChunkWriter chunk;
  End end;
  int rows = 0;
};

Run read_run(Reader& reader, std::int64_t task, std::int64_t after) {
  Run run;
  reader.each(kSql.read, {task, after}, [&](const Row& row) {
    each_line(row, [&](LogLine&& line) {
      run.chunk.add(line);
      return true;
    });
    run.end = {row.integer(0), row.integer(2)};
    ++run.rows;
    return run.chunk.bytes().size() < kLargeChunk;
  });
  return run;
}

std::int64_t task_to_find(std::string_view id) { return number_of(id, kTaskPrefix).value_or(0); }

void publish_log(Txn& txn, std::string_view task, std::int64_t last) {
  Change change{.kind = Change::Kind::log, .id = std::string(task), .last_line = last};
  txn.one(kSql.place, {task_to_find(task)}, [&](const Row& row) {
    change.space = row.string(0);
    change.project = row.string(1);
    return true;
  });
  txn.publish(std::move(change));
}

/// Counts what a reading looks at.
class Spent {
 public:
  explicit Spent(const LogBounds& bounds) : bounds_(bounds) {}
  void add(const LogLine& line) {
    ++lines_;
    bytes_ += line.text.size();
  }
  bool is_over() const { return lines_ >= bounds_.lines || bytes_ >= bounds_.bytes; }

 private:
  const LogBounds bounds_;
  std::int64_t lines_ = 0;
  std::size_t bytes_ = 0;
};

bool is_wanted(const LogRange& range, const LogLine& line) { return !range.wanted || range.wanted(line.category); }

void read_on(Reader& reader, std::int64_t task, const LogRange& range, LogPart& part) {
  Spent spent(range.bounds);
  reader.each(kSql.read, {task, range.after}, [&](const Row& row) {
    return each_line(row, [&](LogLine&& line) {
      if (line.number <= range.after) return true;
      spent.add(line);
      part.next = line.number;
      if (is_wanted(range, line)) part.lines.push_back(std::move(line));
      return std::ssize(part.lines) < range.take && !spent.is_over();
    });
  });
}

void read_tail(Reader& reader, std::int64_t task, const LogRange& range, LogPart& part) {
  Spent spent(range.bounds);
  std::vector<LogLine> backwards;
  reader.each(kSql.read_back, {task, range.after}, [&](const Row& row) {
    std::vector<LogLine> chunk;
    each_line(row, [&](LogLine&& line) {
      if (line.number > range.after) chunk.push_back(std::move(line));
      return true;
    });
    for (auto line = chunk.rbegin(); line != chunk.rend(); ++line) {
      if (std::ssize(backwards) >= range.tail || spent.is_over()) return false;
      spent.add(*line);
      if (is_wanted(range, *line)) backwards.push_back(std::move(*line));
    }
    return std::ssize(backwards) < range.tail && !spent.is_over();
  });
  part.next = part.last;
  part.lines.assign(std::make_move_iterator(backwards.rbegin()), std::make_move_iterator(backwards.rend()));
}

}  // namespace

std::int64_t append_log(Txn& txn, std::string_view task, const std::vector<LogLine>& lines) {
  const auto number = stored_number(task, kTaskPrefix);
  const End end = end_of(txn, number);
  if (lines.empty()) return end.last;
  ChunkWriter chunk;
  for (const LogLine& line : lines) chunk.add(line);
  const auto last = end.last + chunk.lines();
  const auto size = end.size + static_cast<std::int64_t>(chunk.bytes().size());
  txn.run(kSql.append, {number, last, chunk.lines(), size, Blob{pack(chunk.bytes())}});
  publish_log(txn, task, last);
  return last;
}

LogPart read_log(Reader& reader, std::string_view task, const LogRange& range) {
  LogPart part;
  part.last = end_of(reader, task_to_find(task)).last;
  part.next = std::min(range.after, part.last);
  if (range.tail > 0) {
    read_tail(reader, task_to_find(task), range, part);
  } else if (range.take > 0) {
    read_on(reader, task_to_find(task), range, part);
  }
  return part;
}

std::vector<LogLine> read_log(Reader& reader, std::string_view task, std::int64_t after, std::int64_t limit) {
  return read_log(reader, task, {.after = after, .take = limit}).lines;
}

std::int64_t log_size(Reader& reader, std::string_view task) { return end_of(reader, task_to_find(task)).size; }

void compact_log(Txn& txn, std::string_view task) {
  const auto number = task_to_find(task);
  std::int64_t after = 0;
  for (Run run = read_run(txn, number, after); run.rows > 0; run = read_run(txn, number, after)) {
    if (run.rows > 1) {
      txn.run(kSql.erase_range, {number, after, run.end.last});
      txn.run(kSql.append, {number, run.end.last, run.chunk.lines(), run.end.size, Blob{pack(run.chunk.bytes())}});
    }
    after = run.end.last;
  }
}

bool erase_log(Txn& txn, std::string_view task, std::int64_t chunks_at_most) {
  return txn.run(kSql.erase, {task_to_find(task), chunks_at_most}) < chunks_at_most;
}

std::vector<Query> task_log_queries() { return members_of(kSql); }

}  // namespace slipway::storage
