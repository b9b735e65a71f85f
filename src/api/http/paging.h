// The list envelope that clients page through.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/call.h"
#include "net/http.h"
#include "storage/database.h"

namespace slipway::api {

/// `skip` and `take` of the query: 0 and 30 unless given. Throws Error{invalid} naming each that is no whole number
/// from 0 to 2147483647.
storage::Slice slice_of(const net::Query&);

/// One such number. Throws Error{invalid} that says what it should be.
std::int64_t number_of(const net::Query&, std::string_view name, std::int64_t otherwise);

/// `items` are JSON texts. Page links keep the query's other parameters; "Page.Next" is missing on the last page.
net::Response page_response(const Call&, std::string_view item_type, const std::vector<std::string>& items,
                            std::int64_t total, const storage::Slice&);
/// JSON texts as a bare array, as `/all` routes answer.
net::Response array_response(const std::vector<std::string>& items);

}  // namespace slipway::api
