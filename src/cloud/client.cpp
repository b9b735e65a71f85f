#include "cloud/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>

#include "base/retry_later.h"
#include "base/text.h"
#include "cloud/sigv4.h"
#include "net/http_date.h"

namespace slipway::aws {
namespace {

constexpr int kMostAttempts = 3;
constexpr Duration kLongestPause = std::chrono::milliseconds(100);
constexpr Duration kFirstRetry = std::chrono::milliseconds(50);
constexpr Duration kLongestWish = std::chrono::seconds(5);
constexpr Duration kTolerableSkew = std::chrono::minutes(4);  // AWS tolerates five
constexpr Duration kSlotWait = std::chrono::milliseconds(150);

json::object without_nulls(const json::object& input) {
  json::object out;
  for (const auto& [key, value] : input) {
    if (!value.is_null()) out.emplace(key, value);
  }
  return out;
}

/// AWS's wish for when to come again counts, unless it is earlier or much later than what we would do.
Duration with_wish(Duration ours, const std::optional<Duration>& wish) {
  return wish ? std::clamp(*wish, ours, ours + kLongestWish) : ours;
}

/// What stands at a path of names and numbers; null pointer for nothing.
const json::value* at_path(const json::value& root, std::string_view path) {
  const json::value* here = &root;
  for (const auto part : split(path, '/')) {
    if (const auto* list = here->if_array()) {
      std::size_t index = 0;
      std::from_chars(part.data(), part.data() + part.size(), index);
      here = index < list->size() ? &(*list)[index] : nullptr;
    } else {
      here = here->is_object() ? json::find(here->get_object(), part) : nullptr;
    }
    if (here == nullptr) return nullptr;
  }
  return here;
}

bool is_of_kind(const json::value& v, AnswerKind kind) {
  switch (kind) {
    case AnswerKind::object:
      return v.is_object();
    case AnswerKind::list:
      return v.is_array();
    case AnswerKind::text:
    case AnswerKind::time:
      return v.is_string() && !v.get_string().empty();
  }
  return false;
}

[[noreturn]] void refuse_answer(std::string_view path) {
  fail_invalid(fmt::format("it lacks {}, which AWS always sends.", path));
}

void check_answer(const Operation& operation, const json::value& answer) {
  if (!answer.is_object()) fail_invalid("it is no JSON object.");
  for (const auto& [path, kind] : operation.answer) {
    const json::value* member = at_path(answer, path);
    if (member == nullptr || !is_of_kind(*member, kind)) refuse_answer(path);
  }
}

void check_answer(const Operation& operation, const XmlElement& answer) {
  for (const auto& [path, kind] : operation.answer) {
    const auto text = answer.text_at(path);
    if (!text || text->empty() || (kind == AnswerKind::time && !parse_time(*text))) refuse_answer(path);
  }
}

constexpr std::size_t kShortestHidden = 8;  // shorter ones are no keys, and ordinary words

void hide(std::string& text, std::string_view secret) {
  constexpr std::string_view mask = "********";
  if (secret.size() < kShortestHidden) return;
  for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at + mask.size())) {
    text.replace(at, secret.size(), mask);
  }
}

/// What a call is signed with stands in no text of AWS's, but who answers may repeat what it was sent. Such texts go
/// into errors, logs and evidence, where nobody knows a session's secrets.
void hide(std::string& text, const Credentials& credentials) {
  hide(text, credentials.session_token.reveal());
  hide(text, credentials.secret_access_key.reveal());
}

/// Of keys of one's own, only AWS knows the account.
bool is_account_id(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == text.npos;
}

}  // namespace

Duration ClockSkews::of(const std::string& endpoint) const {
  const auto skews = skews_.lock();
  const auto known = skews->find(endpoint);
  return known == skews->end() ? Duration(0) : known->second;
}

void ClockSkews::set(const std::string& endpoint, Duration ahead) { skews_.lock()->insert_or_assign(endpoint, ahead); }

bool ReachedEndpoints::contains(const std::string& endpoint) const { return endpoints_.lock()->contains(endpoint); }

void ReachedEndpoints::add(const std::string& endpoint) { endpoints_.lock()->insert(endpoint); }

Runtime::Runtime(net::HttpClient& h, const Clock& c, Random& r, Endpoints e, RateLimits limits)
    : http(h), clock(c), random(r), endpoints(std::move(e)), limiter(limits, c, r), pause([](Duration d) {
        std::this_thread::sleep_for(d);
      }) {}

/// What one call has been through.
struct Client::Attempts {
  int made = 0;
  bool renewed_credentials = false;
  bool corrected_clock = false;
  CredentialsPtr credentials;    ///< of the last attempt
  bool clock_was_wrong = false;  ///< as the last attempt showed
};

Client::Client(Runtime& runtime, ProviderPtr provider, std::string region, CallTime time, std::stop_token stop)
    : runtime_(&runtime),
      provider_(std::move(provider)),
      region_(std::move(region)),
      time_(time),
      stop_(std::move(stop)) {}

Client Client::within(const Deadline& deadline) const {
  Client client = *this;
  client.time_ = CallTime::until(deadline);
  return client;
}

json::object Client::call(const Operation& operation, const json::object& input, std::size_t* size) const {
  net::ClientRequest request;
  request.headers.add("Content-Type", "application/x-amz-json-1.1");
  request.headers.add("X-Amz-Target", fmt::format("{}.{}", operation.service.target_prefix, operation.name));
  json::append(request.body, without_nulls(input));
  const auto response = send(operation, request, read_json_error);
  try {
    json::value parsed = json::parse(response.body);
    check_answer(operation, parsed);
    if (size != nullptr) *size = response.body.size();
    return std::move(parsed.get_object());
  } catch (const Error& error) {
    unreadable(operation, error);
  }
}

XmlElement Client::query(const Operation& operation, const QueryParameters& parameters) const {
  net::ClientRequest request;
  request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.body = fmt::format("Action={}&Version={}", operation.name, operation.service.target_prefix);
  for (const auto& [name, value] : parameters) {
    request.body += fmt::format("&{}={}", percent_encode(name), percent_encode(value));
  }
  const auto response = send(operation, request, read_xml_error);
  try {
    XmlElement root = parse_xml(response.body);
    check_answer(operation, root);
    return root;
  } catch (const Error& error) {
    unreadable(operation, error);
  }
}

/// AWS has done what it was asked, but what it says about it can't be read: like an answer that was lost.
void Client::unreadable(const Operation& operation, const Error& error) const {
  Failure lost = failure(operation);
  lost.message = "the answer is none: " + error.message();
  lost.maybe_done = true;
  throw RetryLater(runtime_->limiter.back_off(bucket(operation)) + kLongestPause, AwsError(std::move(lost)).message(),
                   operation.repeatable);
}

net::ClientResponse Client::send(const Operation& operation, const net::ClientRequest& request,
                                 ReadError read_error) const {
  Attempts attempts;
  const Deadline deadline = begin();
  while (true) {
    ++attempts.made;
    try {
      attempts.credentials = provider_->get(deadline);
      const auto slot = enter();
      take_turn(operation);  // after the slot: whoever is turned away there has not used up a turn
      auto response = send_once(operation, request, read_error, attempts, deadline);
      runtime_->limiter.succeeded(bucket(operation), attempts.made > 1);
      return response;
    } catch (const AwsError& error) {
      recover(operation, error, attempts);
    }
  }
}

/// One signed request. Throws AwsError for anything but success.
net::ClientResponse Client::send_once(const Operation& operation, net::ClientRequest request, ReadError read_error,
                                      Attempts& attempts, const Deadline& deadline) const {
  attempts.clock_was_wrong = false;
  request.method = "POST";
  request.url = runtime_->endpoints.url(operation.service, region_);
  request.repeatable = operation.repeatable;
  request.stop = stop_;
  request.headers.add("amz-sdk-request", fmt::format("attempt={}; max={}", attempts.made, kMostAttempts));
  const Duration skew = runtime_->skews.of(request.url);
  sign(request, *attempts.credentials, region_, operation.service.signing_name, runtime_->clock.now() + skew);

  if (deadline.is_over()) {
    Failure late = failure(operation);
    late.message = "the time for it is over";
    throw AwsError(std::move(late));
  }
  net::ClientResponse response;
  try {
    response = runtime_->http.send(request, deadline);
  } catch (const net::NetworkError& error) {
    Failure lost = failure(operation);
    lost.message = error.what();
    lost.maybe_done = error.maybe_sent();
    // One that has answered before is missing from DNS for a moment only.
    if (error.no_such_host() && !runtime_->reached.contains(request.url)) lost.kind = FailureKind::no_such_host;
    throw AwsError(std::move(lost));
  }
  runtime_->reached.add(request.url);
  hide(response.body, *attempts.credentials);
  if (response.status / 100 == 2) return response;

  Failure refused = failure(operation);
  ErrorBody body = read_error(response);
  refused.request_id = read_request_id(response);
  const bool is_from_aws = !body.code.empty() || !refused.request_id.empty();
  const bool is_unknown = operation.may_be_unknown && response.status == 500 && !is_from_aws;
  refused.kind = is_unknown ? FailureKind::client : classify(operation.service.signing_name, response.status, body);
  // The role was made anew, or its sessions were ended: a new session may well be known.
  if (is_unknown_key(body.code) && !attempts.credentials->session_token.empty()) {
    refused.kind = FailureKind::expired_credentials;
  }
  refused.code = std::move(body.code);
  refused.message = std::move(body.message);
  refused.status = response.status;
  refused.retry_after = read_retry_after(response);
  // In the answer they may have been written otherwise, with escapes.
  for (std::string* text : {&refused.code, &refused.message, &refused.request_id}) hide(*text, *attempts.credentials);
  refused.maybe_done = refused.kind == FailureKind::transient;
  attempts.clock_was_wrong = may_be_clock_skew(refused.code) && correct_clock(request.url, response, skew);
  throw AwsError(std::move(refused));
}

/// Returns when the call is to be tried again now; otherwise throws the error, or RetryLater.
void Client::recover(const Operation& operation, const AwsError& error, Attempts& attempts) const {
  const Failure& failure = error.failure();
  if (attempts.clock_was_wrong && !std::exchange(attempts.corrected_clock, true)) return;
  switch (failure.kind) {
    case FailureKind::expired_credentials:
      if (std::exchange(attempts.renewed_credentials, true)) throw error;
      provider_->reject(attempts.credentials);
      return;
    case FailureKind::throttled: {
      runtime_->limiter.empty(bucket(operation));
      const Duration back_off = with_wish(runtime_->limiter.back_off(bucket(operation)), failure.retry_after);
      if (back_off <= kLongestPause && may_repeat(operation, attempts, failure.kind)) return runtime_->pause(back_off);
      throw RetryLater(back_off + kLongestPause, error.message(), true);
    }
    case FailureKind::transient: {
      const bool had_no_effect = operation.repeatable || !failure.maybe_done;
      const double part = attempts.made * runtime_->random.fraction();
      const Duration soon = with_wish(std::chrono::duration_cast<Duration>(kFirstRetry * part), failure.retry_after);
      if (had_no_effect && soon <= kLongestPause && may_repeat(operation, attempts, failure.kind)) {
        return runtime_->pause(soon);
      }
      const Duration back_off = runtime_->limiter.back_off(bucket(operation)) + kLongestPause;
      throw RetryLater(with_wish(back_off, failure.retry_after), error.message(), had_no_effect);
    }
    case FailureKind::denied:
    case FailureKind::not_found:
    case FailureKind::no_such_host:
    case FailureKind::client:
      throw error;
  }
}

bool Client::may_repeat(const Operation& operation, const Attempts& attempts, FailureKind kind) const {
  return attempts.made < kMostAttempts &&
         runtime_->limiter.take_retry(bucket(operation), kind == FailureKind::throttled);
}

Client Client::in_sequence() const {
  Client client = *this;
  client.sequence_began_ = std::make_shared<std::atomic<bool>>(false);
  return client;
}

std::unique_ptr<RateLimiter::Slot> Client::enter() const {
  auto slot = runtime_->limiter.enter(provider_->account());
  if (slot) return slot;
  const auto spread = runtime_->random.below(static_cast<std::uint64_t>(kSlotWait.count()));
  throw RetryLater(kSlotWait + Duration(static_cast<Duration::rep>(spread)),
                   fmt::format("other calls to AWS account {} are under way", provider_->account()), true);
}

void Client::take_turn(const Operation& operation) const {
  const Bucket from = bucket(operation);
  const bool reads_in_sequence = sequence_began_ && operation.group == CallGroup::read;
  if (reads_in_sequence && *sequence_began_) return runtime_->limiter.overdraw(from);
  for (Duration wait = runtime_->limiter.take(from); wait > Duration(0); wait = runtime_->limiter.take(from)) {
    wait_or_park(wait,
                 fmt::format("keeping under AWS's rate limit for {} {} in account {}, {}", operation.service.name,
                             operation.name, from.account, region_),
                 true);
  }
  if (reads_in_sequence) *sequence_began_ = true;
}

void Client::wait_or_park(Duration wait, const std::string& why, bool nothing_happened) const {
  if (wait > kLongestPause) throw RetryLater(wait, why, nothing_happened);
  runtime_->pause(wait);
}

/// True when the answer's own date shows that we signed with a wrong time, `used` off our clock; from now on we add the
/// difference. What is known by now tells nothing: a call beside this one may have learned it meanwhile.
bool Client::correct_clock(const std::string& endpoint, const net::ClientResponse& response, Duration used) const {
  const auto date = net::parse_http_date(response.headers.find("Date").value_or(""));
  if (!date) return false;
  const Duration ahead = *date - runtime_->clock.now();
  const bool is_off = ahead - used > kTolerableSkew || used - ahead > kTolerableSkew;
  if (is_off) runtime_->skews.set(endpoint, ahead);
  return is_off;
}

Bucket Client::bucket(const Operation& operation) const {
  return {provider_->account(), region_, std::string(operation.service.signing_name), operation.group};
}

Failure Client::failure(const Operation& operation) const {
  Failure out;
  out.service = operation.service.name;
  out.signing_name = operation.service.signing_name;
  out.operation = operation.name;
  out.region = region_;
  if (const auto account = provider_->account(); is_account_id(account)) out.account = account;
  return out;
}

}  // namespace slipway::aws
