// The text that goes before a response's body.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "net/http.h"

namespace slipway::net {

struct HeadFacts {
  std::string_view reason;                    ///< of the status, "Not Found"
  std::optional<std::size_t> content_length;  ///< absent: the status has no body, or the connection's end ends it
  bool http_1_0 = false;
  bool keep_alive = true;
  Time now;  ///< for Date, which clients correct their clocks by
};

/// Status line, the response's fields, the fields that the connection decides, and the empty line. Fields that frame
/// the message (Content-Length, Transfer-Encoding, Connection) are ours: the handler's are left out. Line breaks inside
/// a field become blanks, so that no value can forge a field.
std::string render_head(const Response&, const HeadFacts&);

}  // namespace slipway::net
