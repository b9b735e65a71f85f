#include "net/request_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/status.hpp>

namespace slipway::net {
namespace {

namespace http = boost::beast::http;
using ErrorCondition = boost::system::error_code;

constexpr std::size_t kTrustedReserve = 1u << 20;  // of a Content-Length that nothing has backed yet

/// What the head says about where the request ends and whom it is for. A proxy in front may read a doubtful head in
/// another way than we do, and then takes the rest of one request for the next one, so nothing doubtful is accepted.
struct Framing {
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;
  bool is_chunked = false;
  bool is_http_1_0 = false;

  const char* fault() const {
    if (hosts == 0 && !is_http_1_0) return "The request has no Host header.";
    if (hosts > 1) return "The request has more than one Host header.";
    if (encodings == 0) return nullptr;
    if (is_http_1_0) return "The request has a Transfer-Encoding, which HTTP/1.0 does not know.";
    if (lengths > 0) return "The request has both a Content-Length and a Transfer-Encoding.";
    if (encodings > 1 || !is_chunked) return "The request's Transfer-Encoding is not chunked, the only one known here.";
    return nullptr;
  }
};

/// Fills a Request straight from the wire.
class Reading final : public http::basic_parser<true> {
 public:
  Request request;
  bool expects_continue = false;
  Framing framing;

 private:
  using View = boost::beast::string_view;
  static std::string_view std_view(View text) { return {text.data(), text.size()}; }

  void on_request_impl(http::verb, View method, View target, int version, ErrorCondition& error) override {
    std::string_view path = std_view(target);
    // Proxies may send the absolute form, http://host/path.
    if (const auto scheme = path.find("://"); scheme != path.npos && !path.starts_with('/')) {
      const auto slash = path.find('/', scheme + 3);
      path = slash == path.npos ? "/" : path.substr(slash);
    }
    if (!path.starts_with('/')) error = http::error::bad_target;
    framing.is_http_1_0 = version == 10;
    request.method = std_view(method);
    path = path.substr(0, path.find('#'));
    const auto question = std::min(path.find('?'), path.size());
    request.path = path.substr(0, question);
    request.query = path.substr(std::min(question + 1, path.size()));
  }
  void on_response_impl(int, View, int, ErrorCondition&) override {}
  void on_field_impl(http::field name, View name_text, View value, ErrorCondition&) override {
    if (is_header_done()) return;  // trailers could otherwise forge what a proxy in front has checked
    if (name == http::field::host) ++framing.hosts;
    if (name == http::field::content_length) ++framing.lengths;
    if (name == http::field::transfer_encoding) {
      ++framing.encodings;
      framing.is_chunked = boost::beast::iequals(value, "chunked");
    }
    if (name == http::field::expect) expects_continue = boost::beast::iequals(value, "100-continue");
    request.headers.add(std::string(std_view(name_text)), std::string(std_view(value)));
  }
  void on_header_impl(ErrorCondition&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCondition&) override {
    if (length) request.body.reserve(std::min<std::size_t>(*length, kTrustedReserve));
  }
  std::size_t on_body_impl(View piece, ErrorCondition&) override {
    request.body += std_view(piece);
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, View, ErrorCondition&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View piece, ErrorCondition& error) override {
    return on_body_impl(piece, error);
  }
  void on_finish_impl(ErrorCondition&) override {}
};

Refusal refusal_for(ErrorCondition error) {
  if (error == http::error::body_limit) return {413, "The request's body is larger than this server accepts."};
  if (error == http::error::header_limit) {
    return {431, "The request's header fields, chunk extensions or trailers are larger than this server accepts."};
  }
  return {400, "The request is not valid HTTP: " + error.message() + "."};
}

}  // namespace

struct RequestParser::State {
  std::size_t head_bytes;
  Reading reading;
  bool is_starved = false;
  std::optional<Refusal> refusal;
};

RequestParser::RequestParser(const RequestLimits& limits) : state_(std::make_unique<State>()) {
  state_->head_bytes = limits.head_bytes;
  state_->reading.header_limit(static_cast<std::uint32_t>(limits.head_bytes));
  state_->reading.body_limit(limits.body_bytes);
}

RequestParser::~RequestParser() = default;

std::size_t RequestParser::put(std::string_view bytes) {
  auto& [head_bytes, reading, is_starved, refusal] = *state_;
  if (refusal) return 0;
  ErrorCondition error;
  const bool had_head = reading.is_header_done();
  const std::size_t taken = reading.put(boost::asio::buffer(bytes), error);
  is_starved = error == http::error::need_more;
  if (error && !is_starved) {
    refusal = refusal_for(error);
  } else if (is_starved && bytes.size() - taken > head_bytes) {
    refusal = refusal_for(http::error::header_limit);  // Beast bounds neither chunk extensions nor trailers
  } else if (const char* fault = reading.framing.fault(); fault != nullptr && !had_head && is_head_done()) {
    refusal = {400, fault};
  }
  return taken;
}

bool RequestParser::is_starved() const { return state_->is_starved; }
const std::optional<Refusal>& RequestParser::refusal() const { return state_->refusal; }
bool RequestParser::is_head_done() const { return state_->reading.is_header_done(); }
bool RequestParser::is_done() const { return state_->reading.is_done(); }
bool RequestParser::keep_alive() const { return state_->reading.keep_alive(); }
bool RequestParser::is_http_1_0() const { return state_->reading.framing.is_http_1_0; }
bool RequestParser::expects_continue() const { return state_->reading.expects_continue; }
Request& RequestParser::request() { return state_->reading.request; }
const Request& RequestParser::request() const { return state_->reading.request; }

std::optional<std::uint64_t> RequestParser::body_bytes_left() const {
  const auto left = state_->reading.content_length_remaining();
  return left ? std::optional(*left) : std::nullopt;
}

std::string_view reason_of(int status) {
  const auto text = http::obsolete_reason(static_cast<http::status>(status));
  return {text.data(), text.size()};
}

}  // namespace slipway::net
