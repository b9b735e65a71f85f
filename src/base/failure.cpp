#include "base/failure.h"

#include <new>
#include <stdexcept>
#include <string>

namespace slipway {

Error error_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return {ErrorCode::unavailable, "There was not enough memory for it."};
  } catch (const std::exception& defect) {
    return {ErrorCode::internal, std::string("This server has a defect: ") + defect.what()};
  } catch (...) {
    return {ErrorCode::internal, "This server has a defect: it met an exception of an unknown kind."};
  }
}

}  // namespace slipway
