#include "model/variable_template.h"

namespace slipway::model {

Field templates_field() {
  // An empty Name is accepted, and DefaultValue is never null: clients rely on both (contract-config §11).
  return objects("Templates", {text("Name"), text("Label"), text("HelpText"), text_or_secret("DefaultValue"),
                               text_map("DisplaySettings")});
}

}  // namespace slipway::model
