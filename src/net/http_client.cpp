#include "net/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <list>
#include <utility>

#include "base/error.h"
#include "base/guarded.h"
#include "base/text.h"

namespace slipway::net {
namespace {

constexpr Duration kConnectPatience = std::chrono::seconds(5);
constexpr std::size_t kMostHeaderBytes = 256u << 10;
constexpr std::size_t kIdleHandles = 16;  // an idle handle with a TLS connection holds some 100 KB

struct CurlDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, CurlDeleter>;
using HeaderList = std::unique_ptr<curl_slist, CurlDeleter>;

struct Url {
  std::string scheme;
  std::string host;
  std::string port;
  std::string origin() const { return scheme + "://" + host + ":" + port; }
};

Url parse_url(const std::string& text) {
  const std::unique_ptr<CURLU, CurlDeleter> url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    fail_invalid("The URL is not valid. Give an absolute one such as https://host/path.");
  }
  const auto part = [&](CURLUPart which) {
    char* value = nullptr;
    if (curl_url_get(url.get(), which, &value, CURLU_DEFAULT_PORT) != CURLUE_OK) return std::string();
    const std::unique_ptr<char, decltype(&curl_free)> owner(value, curl_free);
    return std::string(value);
  };
  Url parsed{part(CURLUPART_SCHEME), part(CURLUPART_HOST), part(CURLUPART_PORT)};
  if (parsed.scheme != "http" && parsed.scheme != "https") {
    fail_invalid("The URL's scheme is " + parsed.scheme + ". Use https or http.");
  }
  return parsed;
}

HeaderList make_headers(const ClientRequest& request) {
  HeaderList list;
  const auto append = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) fail(ErrorCode::internal, "Out of memory for a request's headers.");
    static_cast<void>(list.release());
    list.reset(longer);
  };
  for (const auto& [name, value] : request.headers) {
    if ((name + value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      fail_invalid("The header " + name.substr(0, name.find_first_of("\r\n")) + " holds a line break.");
    }
    append(value.empty() ? name + ";" : name + ": " + value);  // libcurl's spelling of an empty value
  }
  if (!request.headers.find("User-Agent")) append("User-Agent: slipway/" SLIPWAY_VERSION);
  return list;
}

/// One request under way: what libcurl's callbacks fill.
struct Exchange {
  const ClientRequest& request;
  ClientResponse response;
  bool sent = false;
  bool too_large = false;
  std::string refused_address;
  std::size_t header_bytes = 0;

  static Exchange& of(void* self) { return *static_cast<Exchange*>(self); }

  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    auto& exchange = of(self);
    if (exchange.response.body.size() + size > exchange.request.max_response_bytes) {
      exchange.too_large = true;
      return 0;
    }
    exchange.response.body.append(data, size);
    return size;
  }

  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) {
    auto& exchange = of(self);
    auto& response = exchange.response;
    const std::string_view line(data, size);
    exchange.header_bytes += size;
    if (exchange.header_bytes > kMostHeaderBytes) return 0;
    if (line.starts_with("HTTP/")) {
      response.headers = {};  // an interim response (100) came before
    } else if (const auto colon = line.find(':'); colon != line.npos) {
      response.headers.add(std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
    }
    return size;
  }

  /// Connected, TLS included; the next byte is the request's first.
  static int on_ready(void* self, char*, char*, int, int) {
    of(self).sent = true;
    return CURL_PREREQFUNC_OK;
  }

  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return of(self).request.stop.stop_requested() ? 1 : 0;
  }

  static curl_socket_t on_socket(void* self, curlsocktype, curl_sockaddr* to) {
    auto& exchange = of(self);
    if (exchange.request.guard && !exchange.permits(to->addr, *exchange.request.guard)) return CURL_SOCKET_BAD;
    // Scripts that the server starts must not inherit its connections.
    return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
  }

  bool permits(const sockaddr& to, const AddressPolicy& policy) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&to);
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&to);
    const auto address = to.sa_family == AF_INET
                             ? IpAddress::v4(reinterpret_cast<const unsigned char*>(&v4->sin_addr))
                             : IpAddress::v6(reinterpret_cast<const unsigned char*>(&v6->sin6_addr));
    const auto refusal = refuse_address(address, policy);
    if (refusal) refused_address = *refusal;
    return !refusal;
  }
};

/// Like proxies, certificate authorities of one's own come from the environment; "" leaves the system's.
std::string authorities_of_environment() {
  for (const char* name : {"AWS_CA_BUNDLE", "SSL_CERT_FILE"}) {
    const char* const file = std::getenv(name);
    if (file != nullptr && *file != '\0') return file;
  }
  return {};
}

class CurlClient final : public HttpClient {
 public:
  CurlClient() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready != CURLE_OK) fail(ErrorCode::internal, "libcurl does not start.");
  }

  ClientResponse send(const ClientRequest& request, const Deadline& deadline) override {
    const Url url = parse_url(request.url);
    const HeaderList headers = make_headers(request);
    const std::string key = connection_key(url, request);
    Exchange exchange{request, {}, false, false, {}, 0};
    if (deadline.is_over()) throw explain(CURLE_OPERATION_TIMEDOUT, 0, exchange, url);
    Handle handle = take(key);
    prepare(handle.get(), exchange, url, headers.get(), deadline.left());
    if (!authorities_.empty() && curl_easy_setopt(handle.get(), CURLOPT_CAINFO, authorities_.c_str()) != CURLE_OK) {
      fail(ErrorCode::internal, "libcurl can't take certificate authorities from a file.");
    }
    const CURLcode result = curl_easy_perform(handle.get());
    if (result != CURLE_OK) {
      double seconds = 0;
      curl_easy_getinfo(handle.get(), CURLINFO_TOTAL_TIME, &seconds);
      throw explain(result, seconds, exchange, url);
    }
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    exchange.response.status = static_cast<int>(status);
    give_back(key, std::move(handle));
    return std::move(exchange.response);
  }

 private:
  /// Requests with equal keys may share a connection: one that was opened without the guard must not carry a request
  /// that asks for it.
  static std::string connection_key(const Url& url, const ClientRequest& request) {
    if (!request.guard) return url.origin();
    return fmt::format("{} {} {}", url.origin(), request.guard->allow_loopback, request.guard->allow_private);
  }

  Handle take(const std::string& key) {
    {
      const auto idle = idle_.lock();
      const auto found = std::ranges::find(*idle, key, &Idle::key);
      if (found != idle->end()) {
        Handle handle = std::move(found->handle);
        idle->erase(found);
        return handle;
      }
    }
    Handle handle(curl_easy_init());
    if (!handle) fail(ErrorCode::internal, "libcurl has no memory for a request.");
    return handle;
  }

  void give_back(const std::string& key, Handle handle) {
    curl_easy_reset(handle.get());  // keeps the connections, forgets the request
    Handle evicted;
    const auto idle = idle_.lock();
    idle->push_front({key, std::move(handle)});
    if (idle->size() > kIdleHandles) {
      evicted = std::move(idle->back().handle);
      idle->pop_back();
    }
  }

  static void prepare(CURL* curl, Exchange& exchange, const Url& url, curl_slist* headers, Duration time);
  static NetworkError explain(CURLcode, double seconds, const Exchange&, const Url&);

  struct Idle {
    std::string key;
    Handle handle;
  };
  const std::string authorities_ = authorities_of_environment();
  Guarded<std::list<Idle>> idle_;  // most recently used first
};

bool is_loopback(const std::string& host) { return refuse_host(host, {.allow_private = true}).has_value(); }

void CurlClient::prepare(CURL* curl, Exchange& exchange, const Url& url, curl_slist* headers, Duration time) {
  const ClientRequest& request = exchange.request;
  const auto set = [&](CURLoption option, auto value) {
    if (curl_easy_setopt(curl, option, value) != CURLE_OK) fail(ErrorCode::internal, "libcurl refuses an option.");
  };
  const auto milliseconds = [](Duration d) {
    return std::max(1L, static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(d).count()));
  };
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_PATH_AS_IS, 1L);  // signatures cover the path as the caller wrote it
  set(CURLOPT_TCP_NODELAY, 1L);
  set(CURLOPT_MAXCONNECTS, 1L);
  set(CURLOPT_FRESH_CONNECT, request.repeatable ? 0L : 1L);
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min(kConnectPatience, time)));
  set(CURLOPT_TIMEOUT_MS, milliseconds(time));
  set(CURLOPT_HTTPHEADER, headers);
  if (request.guard || is_loopback(url.host)) set(CURLOPT_PROXY, "");

  if (request.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (request.method == "GET" && request.body.empty()) {
    set(CURLOPT_HTTPGET, 1L);
  } else {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDS, request.body.data());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }

  set(CURLOPT_WRITEFUNCTION, &Exchange::on_body);
  set(CURLOPT_WRITEDATA, &exchange);
  set(CURLOPT_HEADERFUNCTION, &Exchange::on_header);
  set(CURLOPT_HEADERDATA, &exchange);
  set(CURLOPT_PREREQFUNCTION, &Exchange::on_ready);
  set(CURLOPT_PREREQDATA, &exchange);
  set(CURLOPT_OPENSOCKETFUNCTION, &Exchange::on_socket);
  set(CURLOPT_OPENSOCKETDATA, &exchange);
  if (request.stop.stop_possible()) {
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &Exchange::on_progress);
    set(CURLOPT_XFERINFODATA, &exchange);
  }
}

/// libcurl doesn't tell why a name did not resolve, so it is asked for once more. Resolvers that know answer at once:
/// who took long has no answer.
bool is_unknown_name(const std::string& host, double seconds) {
  constexpr double quick = 3;
  if (seconds > quick) return false;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int result = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (result == 0) freeaddrinfo(found);
  return result == EAI_NONAME || result == EAI_NODATA;
}

NetworkError CurlClient::explain(CURLcode result, double seconds, const Exchange& exchange, const Url& url) {
  const auto error = [&](std::string_view what) {
    return NetworkError(fmt::format("{} {}: {}", exchange.request.method, url.origin(), what), exchange.sent);
  };
  if (!exchange.refused_address.empty()) {
    return error(fmt::format("not connected, because {}. Use a public address, or let an administrator allow it.",
                             exchange.refused_address));
  }
  if (exchange.too_large) {
    return error(fmt::format("the answer is larger than {} bytes.", exchange.request.max_response_bytes));
  }
  if (exchange.header_bytes > kMostHeaderBytes) return error("the answer's head does not end.");
  if (result == CURLE_ABORTED_BY_CALLBACK) return error("cancelled.");
  if (result == CURLE_OPERATION_TIMEDOUT) {
    return error(exchange.sent ? "no answer came in time." : "no connection came about in time.");
  }
  if (result == CURLE_COULDNT_RESOLVE_HOST && is_unknown_name(url.host, seconds)) {
    return {fmt::format("there is no host {}: DNS does not know the name.", url.host), false, true};
  }
  return error(fmt::format("{}.", curl_easy_strerror(result)));
}

}  // namespace

std::unique_ptr<HttpClient> make_curl_client() { return std::make_unique<CurlClient>(); }

}  // namespace slipway::net
