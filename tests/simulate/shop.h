// The main job in small: a shop deployed to three clients' accounts, set up through the API.
#pragma once

#include <string>
#include <vector>

#include "node.h"

namespace slipway::simulate {

struct Shop {
  std::string project;
  std::vector<std::string> tenants;   ///< names
  std::vector<std::string> accounts;  ///< AWS accounts, one a tenant
};

Shop set_up_shop(Node&, const json::object& scenario);
void create_release(Node&, const Shop&, const std::string& version);
/// One tenanted call; returns the tasks.
std::vector<std::string> deploy(Node&, const Shop&, const std::string& version);

}  // namespace slipway::simulate
