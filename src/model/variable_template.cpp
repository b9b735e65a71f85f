#include "model/variable_template.h"

namespace slipway::model {

Field templates_field() {
  // An empty Name is accepted, which the Go client's own tests send, and DefaultValue is never null, on which the
  // Terraform provider crashes.
  return objects("Templates", {text("Name").as_name(), text("Label"), text("HelpText"), text_or_secret("DefaultValue"),
                               text_map("DisplaySettings")});
}

}  // namespace slipway::model
