// The audit trail (AUD-1): who did what to which documents, when. Appended, never changed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/any_of.h"
#include "storage/database.h"
#include "storage/event_categories.h"
#include "storage/ids.h"

namespace slipway::storage {

/// Where a change came from, as far as it came by a request.
struct Origin {
  std::string address = {};   ///< of the sender, "203.0.113.7"
  std::string agent = {};     ///< the User-Agent that it names
  std::string identity = {};  ///< by what it showed who it is, "API key APIKeys-7"
};

/// One audit entry. `user` is a user id or "system"; `details` is a JSON diff in which a sensitive change reads
/// "changed".
struct Event {
  std::int64_t number = 0;  ///< given when appended; Events-<number>
  Time occurred{};
  std::string category = {};  ///< one of kEventCategories, or of those that an earlier program knew
  std::string space = {};
  std::string user = {};
  std::string username = {};
  std::string message = {};
  std::string subject = {};                                 ///< id of the document it is about
  std::string project = {}, environment = {}, tenant = {};  ///< "" if none
  std::string details = {};                                 ///< JSON or ""
  Origin origin = {};
};

/// `number` and `category` of the event are given here.
void append_event(Txn&, Ids&, EventCategory, const Event&);

struct EventFilter {
  AnyOf space = {}, subject = {}, project = {}, environment = {}, tenant = {}, category = {}, user = {};
  AnyOf subject_kind = {};  ///< the subject's id without its number, "Projects-"
  std::optional<Time> from = {}, to = {};
  std::optional<std::vector<std::string>> ids = {};
};
/// Newest first.
Page<Event> list_events(Reader&, const EventFilter&, Slice);
std::optional<Event> find_event(Reader&, std::int64_t number);

}  // namespace slipway::storage
