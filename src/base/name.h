// Names that people type or paste.
#pragma once

#include <string_view>

namespace slipway {

/// Without the blanks around it: white space of any script, and characters that nobody sees.
std::string_view trim_name(std::string_view);

/// Characters that no name means: control characters (line ends and tabs among them), and those that turn the direction
/// of the text behind them.
bool has_control_characters(std::string_view);

}  // namespace slipway
