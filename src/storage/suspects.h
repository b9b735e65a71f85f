// Tasks that a dead process left executing, and whether it died while it ran their code (engine/suspicion.h).
#pragma once

#include <string_view>

#include "storage/database.h"

namespace slipway::storage {

/// At a take-over after a death. `is_only`: no other task can have been its cause. Returns how often the process has
/// died of it by now, as far as is known.
int suspect_task(Txn&, std::string_view task, bool is_only);
/// Whether its code runs right now.
void mark_suspect(Txn&, std::string_view task, bool is_running);
/// It has moved on, or ended.
void clear_suspect(Txn&, std::string_view task);

}  // namespace slipway::storage
