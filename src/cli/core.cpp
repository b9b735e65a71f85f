#include "cli/core.h"

#include <fmt/format.h>

#include "cli/timed_database.h"
#include "cloud/credential_sources.h"
#include "documents/lifting.h"
#include "feeds/all_feeds.h"
#include "net/http_server.h"
#include "steps/ecs_service/ecs_service_step.h"
#include "steps/no_op/no_op_step.h"

namespace slipway::cli {

namespace {

/// How long a feed may answer nobody until those who would wait for their turn are refused.
constexpr Duration kFeedPatience = std::chrono::seconds(3);

/// A master key without a database is what a lost disk, a wrong folder or a half-done restore leaves behind. An empty
/// server in its place would look like one that forgot everything.
std::unique_ptr<storage::Database> open_file(const World& world, const CoreOptions& options,
                                             const model::Catalogue& documents) {
  auto database = options.database;
  database.documents = &documents;
  const bool has_key = world.disk.mode(options.master_key_file).has_value();
  database.may_create = !has_key || options.new_database || !database.vfs.empty();
  if (database.may_create) return storage::open_sqlite(database, world.log);
  const auto refuse = [&](std::string_view what) {
    fail(ErrorCode::unavailable,
         fmt::format(
             "{}, but there is a master key, {}, so this server had one. Put the database back from your backup. "
             "If you want to begin with an empty one, start once with --new-database.",
             what, options.master_key_file));
  };
  if (!world.disk.mode(database.path)) refuse(fmt::format("There is no database {}", database.path));
  try {
    return storage::open_sqlite(database, world.log);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
    refuse(fmt::format("The database {} is empty", database.path));
    throw;
  }
}

/// The database is open, so this process alone has the data folder: nobody else makes a key for it at the same time.
storage::MasterKey master_key(const World& world, const std::string& file, storage::Database& database) {
  const bool is_needed = database.read([](storage::Reader& reader) { return storage::has_secrets(reader); });
  return storage::MasterKey::load(world.disk, world.random, file, !is_needed);
}

std::unique_ptr<storage::Database> open_database(const World& world, const CoreOptions& options,
                                                 const model::Catalogue& documents) {
  auto database = open_file(world, options, documents);
  if (options.observation == nullptr) return database;
  return timed(std::move(database), options.observation->metrics(), world.clock);
}

}  // namespace

Core::Core(const World& world, CoreOptions options)
    : aws_(world.network, world.clock, world.random,
           aws::Endpoints(aws::EndpointOverrides::from_environment(world.environment))),
      credentials_(world.clock, world.random),
      access_{aws_, credentials_,
              [&network = world.network, &disk = world.disk, &clock = world.clock, environment = world.environment] {
                return aws::own_credentials(network, disk, clock, environment);
              }},
      poller_(world.executor, world.clock, world.random, options.poller),
      steps_(all_steps()),
      resources_(model::all_resources(steps_.declarations())),
      database_(open_database(world, options, resources_)),
      vault_(master_key(world, options.master_key_file, *database_), world.random, ids_, world.log),
      tools_{ids_, vault_, world.random, world.clock, resources_},
      source_(*database_, tools_),
      engine_({*database_, world.executor, world.clock, world.log, steps_, source_, options.engine}),
      sweep_({*database_, vault_, world.executor, world.clock, world.log}),
      live_({*database_, spaces_and_users_, resources_,
             options.live_executor != nullptr ? *options.live_executor : world.executor, world.clock, world.log}),
      services_(services(world, options.observation)),
      api_(services_) {
  vault_.prove_key(*database_, options.master_key_file);
  if (options.admin_api_key) world.log.redact(options.admin_api_key->reveal());
  documents::lift_documents(resources_, *database_, world.log);
  auto seeded = documents::seed(tools_, *database_, world.log, options.admin_api_key);
  services_.installation_id = std::move(seeded.installation_id);
  new_admin_key_ = std::move(seeded.new_admin_key);
}

steps::StepCatalogue Core::all_steps() {
  steps::StepCatalogue all;
  all.add(std::make_unique<steps::NoOpStep>());
  all.add(std::make_unique<steps::EcsServiceStep>(access_, poller_));
  return all;
}

api::Services Core::services(const World& world, Observation* observation) {
  api::Services services{tools_, *database_, world.log, spaces_and_users_, {}, {}};
  if (observation != nullptr) {
    observation->watch(*database_);
    services.observe = observation->requests();
    services.metrics = [observation] { return observation->text(); };
  }
  services.live = &live_;
  services.feed_types = feeds::all_feeds(access_, hang_up_.get_token());
  services.feed_types.share(
      std::make_shared<feeds::FairShare>(world.clock, net::ServerOptions().outward_share, kFeedPatience));
  return services;
}

}  // namespace slipway::cli
