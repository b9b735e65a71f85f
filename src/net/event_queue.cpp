#include "net/event_queue.h"

#include <algorithm>
#include <utility>

namespace slipway::net {
namespace {

void append_field(std::string& out, std::string_view name, std::string_view line) {
  out += name;
  out += ": ";
  out += line;
  out += '\n';
}

/// The first line of `text`, which is removed from it: readers end a line at CR LF, LF and CR alike.
std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find_first_of("\r\n"), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(end);
  text.remove_prefix(text.starts_with("\r\n") ? 2 : text.empty() ? 0 : 1);
  return line;
}

class QueueWriter final : public EventWriter {
 public:
  explicit QueueWriter(std::shared_ptr<EventQueue> queue) : queue_(std::move(queue)) {}
  ~QueueWriter() override { queue_->finish(); }
  QueueWriter(const QueueWriter&) = delete;
  QueueWriter& operator=(const QueueWriter&) = delete;

  bool send(std::string_view id, std::string_view event, std::string_view data) override {
    return queue_->push(format_event(id, event, data));
  }
  bool open() const override { return queue_->is_open(); }

 private:
  std::shared_ptr<EventQueue> queue_;
};

}  // namespace

std::string format_event(std::string_view id, std::string_view event, std::string_view data) {
  std::string out;
  out.reserve(data.size() + id.size() + event.size() + 32);
  if (!id.empty()) append_field(out, "id", take_line(id));
  if (!event.empty()) append_field(out, "event", take_line(event));
  const bool ends_with_break = data.ends_with('\n') || data.ends_with('\r');
  do {
    append_field(out, "data", take_line(data));
  } while (!data.empty());
  if (ends_with_break) append_field(out, "data", "");
  out += '\n';
  return out;
}

EventQueue::EventQueue(std::size_t max_bytes, std::function<void()> wake)
    : max_bytes_(max_bytes), wake_(std::move(wake)) {}

void EventQueue::wake_once() {
  if (closed_ || std::exchange(woken_, true)) return;
  wake_();
}

bool EventQueue::push(std::string_view text) {
  const Lock lock(mutex_);
  if (closed_ || ended_) return false;
  if (waiting_.size() + text.size() > max_bytes_) {
    ended_ = true;
  } else {
    waiting_ += text;
  }
  wake_once();
  return !ended_;
}

void EventQueue::finish() {
  const Lock lock(mutex_);
  ended_ = true;
  wake_once();
}

bool EventQueue::is_open() const {
  const Lock lock(mutex_);
  return !closed_ && !ended_;
}

EventQueue::Taken EventQueue::take() {
  const Lock lock(mutex_);
  woken_ = false;
  return {std::exchange(waiting_, {}), ended_};
}

void EventQueue::close() {
  const Lock lock(mutex_);
  closed_ = true;
  waiting_ = {};
}

std::shared_ptr<EventWriter> make_event_writer(std::shared_ptr<EventQueue> queue) {
  return std::make_shared<QueueWriter>(std::move(queue));
}

}  // namespace slipway::net
