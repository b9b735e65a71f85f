#include "api/routes.h"

#include <iterator>
#include <memory>

#include "api/compat/not_yet.h"
#include "api/compat/root_links.h"
#include "api/compat/root_routes.h"
#include "api/compat/step_templates.h"
#include "api/delivery/dashboard_routes.h"
#include "api/delivery/deployment_routes.h"
#include "api/delivery/queue_routes.h"
#include "api/delivery/release_routes.h"
#include "api/delivery/task_routes.h"
#include "api/http/metrics_route.h"
#include "api/http/open_api.h"
#include "api/http/server_status_routes.h"
#include "api/live/live_routes.h"
#include "api/live/task_log_routes.h"
#include "api/people/event_routes.h"
#include "api/people/user_routes.h"
#include "api/resources/action_template_routes.h"
#include "api/resources/certificate_routes.h"
#include "api/resources/feed_routes.h"
#include "api/resources/process_template_routes.h"
#include "api/resources/resource_routes.h"
#include "api/resources/retention_policy_routes.h"
#include "api/resources/step_routes.h"
#include "api/resources/tenant_routes.h"
#include "api/resources/variable_routes.h"
#include "api/resources/worker_pool_routes.h"

namespace slipway::api {

std::vector<Route> all_routes(const model::Catalogue& catalogue) {
  std::vector<Route> all;
  const auto add = [&](std::vector<Route> area) {
    all.insert(all.end(), std::make_move_iterator(area.begin()), std::make_move_iterator(area.end()));
  };
  const auto links = std::make_shared<RootLinks>();
  add(root_routes(links));
  add(server_status_routes());
  add(user_routes(catalogue));
  add(resource_routes(catalogue));
  add(tenant_routes());
  add(variable_routes());
  add(retention_policy_routes());
  add(worker_pool_routes());
  add(process_template_routes());
  add(step_routes(catalogue.steps()));
  add(feed_routes());
  add(certificate_routes());
  add(action_template_routes());
  add(release_routes());
  add(deployment_routes());
  add(dashboard_routes());
  add(task_routes());
  add(task_log_routes());
  add(live_routes());
  add(queue_routes());
  add(event_routes());
  add(step_template_routes(catalogue.steps()));
  add(not_yet_routes(all));
  all.push_back(metrics_route());
  all.push_back(open_api_route(all, catalogue));
  *links = RootLinks(all, catalogue);
  return all;
}

}  // namespace slipway::api
