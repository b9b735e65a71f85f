// What went wrong, as an Error, whatever was thrown: for the places that nothing may get past (strands, threads,
// loops).
#pragma once

#include <exception>

#include "base/error.h"

namespace slipway {

/// An Error as it is; want of memory as Error{unavailable}, which passes; anything else as Error{internal}.
Error error_of(const std::exception_ptr&);

}  // namespace slipway
