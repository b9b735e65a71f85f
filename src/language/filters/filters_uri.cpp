// Parts of a URI as .NET's Uri names them.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "language/dotnet/unicode.h"
#include "language/filters/filters_all.h"

namespace slipway::language::filter {
namespace {

struct SchemePort {
  std::string_view scheme;
  int port;
};
constexpr auto kDefaultPorts = std::to_array<SchemePort>({{"http", 80},
                                                          {"https", 443},
                                                          {"ftp", 21},
                                                          {"ws", 80},
                                                          {"wss", 443},
                                                          {"gopher", 70},
                                                          {"nntp", 119},
                                                          {"telnet", 23},
                                                          {"ldap", 389},
                                                          {"mailto", 25},
                                                          {"net.tcp", 808}});

struct Uri {
  std::string scheme, user_info, host, path, query, fragment;
  bool has_authority = false;
  int port = -1;
  int default_port = -1;

  bool is_default_port() const { return port == default_port; }
  bool is_file() const { return scheme == "file"; }
  std::string authority() const { return is_default_port() || port < 0 ? host : fmt::format("{}:{}", host, port); }
  std::string path_and_query() const { return path + query; }
};

bool is_scheme(std::string_view text) {
  const auto is_letter_ascii = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto fits = [&](char c) {
    return is_letter_ascii(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  return text.size() > 1 && is_letter_ascii(text[0]) && std::all_of(text.begin(), text.end(), fits);
}

/// Escapes what may not stand in a URI, and leaves escapes as they are.
std::string escape_part(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool keep = static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F &&
                      std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
    out += keep ? std::string(1, c) : percent_encode(std::string_view(&c, 1));
  }
  return out;
}

/// Resolves "." and ".." segments.
std::string without_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  const auto segments = split(path, '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool last = i + 1 == segments.size();
    if (segments[i] == "..") {
      if (kept.size() > 1) kept.pop_back();
      if (last) kept.emplace_back("");
    } else if (segments[i] == ".") {
      if (last) kept.emplace_back("");
    } else {
      kept.push_back(segments[i]);
    }
  }
  return fmt::format("{}", fmt::join(kept, "/"));
}

/// Cuts [at, end) off `text` and returns it.
std::string_view cut_from(std::string_view& text, std::size_t at) {
  if (at == std::string_view::npos) return {};
  const std::string_view tail = text.substr(at);
  text = text.substr(0, at);
  return tail;
}

bool read_authority(std::string_view authority, Uri& uri) {
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    uri.user_info = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  const auto bracket = authority.rfind(']');
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::string_view digits = authority.substr(colon + 1);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (digits.size() > 5 || !std::all_of(digits.begin(), digits.end(), is_digit)) return false;
    if (!digits.empty()) uri.port = std::stoi(std::string(digits));
    if (uri.port > 65535) return false;
    authority = authority.substr(0, colon);
  }
  uri.host = to_lower(authority);
  return !uri.host.empty() || uri.is_file();
}

/// nullopt for relative URIs.
std::optional<Uri> parse_uri(std::string_view text) {
  text = trim_white_space(text);
  Uri uri;
  const auto colon = text.find(':');
  if (text.starts_with('/') && !text.starts_with("//")) {  // an absolute path is a file, where paths look like this
    uri.scheme = "file";
    uri.has_authority = true;
    uri.path = escape_part(text);
    return uri;
  }
  if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon))) return std::nullopt;
  uri.scheme = to_lower_ascii(text.substr(0, colon));
  text.remove_prefix(colon + 1);
  for (const SchemePort& known : kDefaultPorts) {
    if (known.scheme == uri.scheme) uri.port = uri.default_port = known.port;
  }
  uri.fragment = escape_part(cut_from(text, text.find('#')));
  uri.query = escape_part(cut_from(text, text.find('?')));
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    uri.has_authority = true;
    const std::string_view path = cut_from(text, text.find('/'));
    if (!read_authority(text, uri)) return std::nullopt;
    uri.path = path.empty() ? "/" : without_dot_segments(escape_part(path));
  } else {
    if (uri.default_port >= 0 && uri.scheme != "mailto") return std::nullopt;  // http:x is malformed
    uri.path = escape_part(text);
  }
  return uri;
}

std::string flag(bool value) { return value ? "true" : "false"; }

bool is_ipv4(std::string_view host) {
  const auto parts = split(host, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
           return !part.empty() && part.size() <= 3 && std::all_of(part.begin(), part.end(), is_digit) &&
                  std::stoi(std::string(part)) <= 255;
         });
}

std::string host_name_type(const Uri& uri) {
  if (uri.host.empty()) return uri.is_file() ? "Basic" : "Unknown";
  if (uri.host.starts_with('[')) return "IPv6";
  return is_ipv4(uri.host) ? "IPv4" : "Dns";
}

bool is_loopback(const Uri& uri) {
  return uri.host == "localhost" || uri.host == "loopback" || uri.host == "[::1]" ||
         (is_ipv4(uri.host) && uri.host.starts_with("127.")) || (uri.is_file() && uri.host.empty());
}

std::string prefix(const Uri& uri) { return uri.scheme + (uri.has_authority ? "://" : ":"); }

std::string absolute_uri(const Uri& uri) {
  const std::string user = uri.user_info.empty() ? "" : uri.user_info + "@";
  return prefix(uri) + user + uri.authority() + uri.path_and_query() + uri.fragment;
}

std::string without_brackets(const std::string& host) {
  return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

struct UriPart {
  std::string_view name;
  std::string (*get)(const Uri&);
};

constexpr auto kParts = std::to_array<UriPart>({
    {"AbsolutePath", [](const Uri& u) { return u.path; }},
    {"AbsoluteUri", absolute_uri},
    {"Authority", [](const Uri& u) { return u.authority(); }},
    {"DnsSafeHost", [](const Uri& u) { return without_brackets(u.host); }},
    {"Fragment", [](const Uri& u) { return u.fragment; }},
    {"Host", [](const Uri& u) { return u.host; }},
    {"HostAndPort", [](const Uri& u) { return u.port < 0 ? u.host : fmt::format("{}:{}", u.host, u.port); }},
    {"HostNameType", host_name_type},
    {"IsAbsoluteUri", [](const Uri&) { return flag(true); }},
    {"IsDefaultPort", [](const Uri& u) { return flag(u.is_default_port()); }},
    {"IsFile", [](const Uri& u) { return flag(u.is_file()); }},
    {"IsLoopback", [](const Uri& u) { return flag(is_loopback(u)); }},
    {"IsUnc", [](const Uri& u) { return flag(u.is_file() && !u.host.empty()); }},
    {"Path", [](const Uri& u) { return u.path; }},
    {"PathAndQuery", [](const Uri& u) { return u.path_and_query(); }},
    {"Port", [](const Uri& u) { return std::to_string(u.port); }},
    {"Query", [](const Uri& u) { return u.query; }},
    {"Scheme", [](const Uri& u) { return u.scheme; }},
    {"SchemeAndServer", [](const Uri& u) { return prefix(u) + u.authority(); }},
    {"UserInfo", [](const Uri& u) { return u.user_info; }},
});

}  // namespace

FilterResult uri_part(FilterSubject subject, FilterOptions options, const FilterContext&) {
  if (!subject) return std::nullopt;
  if (options.empty()) return "[UriPart error: no argument given]";
  const std::string& name = options[0];
  const auto part =
      std::find_if(kParts.begin(), kParts.end(), [&](const UriPart& p) { return equals_ignoring_case(p.name, name); });
  if (part == kParts.end()) return fmt::format("[UriPart {0} error: argument '{0}' not supported]", name);
  const auto uri = parse_uri(*subject);
  if (uri) return part->get(*uri);
  if (part->name == "IsAbsoluteUri") return flag(false);
  return fmt::format("[UriPart {} error: This operation is not supported for a relative URI.]", name);
}

}  // namespace slipway::language::filter
