// The `slipway` command. With sim/awssim_main.cpp the only file that sees CLI11.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <iostream>
#include <span>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/backup_commands.h"
#include "cli/language_commands.h"
#include "cli/process.h"
#include "cli/server_options.h"

namespace {

using namespace slipway;

/// CLI11's own range takes "nan", which is neither less nor more than anything.
CLI::Validator number_between(double least, double most) {
  return {[=](std::string& text) {
            double number = 0;
            const bool fits = CLI::detail::lexical_cast(text, number) && number >= least && number <= most;
            return fits ? std::string() : fmt::format("{} is no number from {} to {}", text, least, most);
          },
          fmt::format("FLOAT in [{} - {}]", least, most)};
}

void add_server(CLI::App& app, cli::ServerOptions& options, std::string& admin_key_file) {
  auto* server = app.add_subcommand("server", "Run the deployment server until it is told to stop.");
  server->add_option("--data", options.data, "Folder of the database and the master key")
      ->envname("SLIPWAY_DATA")
      ->capture_default_str();
  server
      ->add_option("--listen", options.listen,
                   "Address and port to listen on, with https:// in front for HTTPS; port 0 picks a free one")
      ->envname("SLIPWAY_LISTEN")
      ->capture_default_str();
  server
      ->add_option("--tls-certificate", options.tls_certificate,
                   "File with the certificate for HTTPS and its chain, as PEM; read again when it changes")
      ->envname("SLIPWAY_TLS_CERTIFICATE");
  server->add_option("--tls-key", options.tls_key, "File with the certificate's private key, as PEM")
      ->envname("SLIPWAY_TLS_KEY");
  server
      ->add_option("--trusted-proxy", options.trusted_proxies,
                   "Address or range (10.0.0.0/8) of a proxy whose X-Forwarded-For counts; may be repeated")
      ->envname("SLIPWAY_TRUSTED_PROXIES")
      ->delimiter(',');
  server->add_option("--master-key-file", options.master_key_file, "Master key; default: master.key in the data folder")
      ->envname("SLIPWAY_MASTER_KEY_FILE");
  server
      ->add_flag("--new-database", options.new_database,
                 "Begin with an empty database although there is a master key; for the first start only")
      ->envname("SLIPWAY_NEW_DATABASE");
  // A key is a secret, so it comes from the environment or a file, never from the argument list that ps shows.
  server->add_option("--admin-api-key-file", admin_key_file, "File with the first administrator's API key")
      ->envname("SLIPWAY_ADMIN_API_KEY_FILE");
  server->add_option("--node", options.node, "Name of this server in task records")
      ->envname("SLIPWAY_NODE")
      ->capture_default_str();
  server->add_option("--task-cap", options.task_cap, "Tasks that may execute at once; waiting ones don't count")
      ->envname("SLIPWAY_TASK_CAP")
      ->check(CLI::Range(1u, 100'000u))
      ->capture_default_str();
  server->add_option("--threads", options.threads, "Threads that run steps")
      ->envname("SLIPWAY_THREADS")
      ->check(CLI::Range(1u, 256u))
      ->capture_default_str();
  server->add_option("--handler-threads", options.handler_threads, "Threads that answer requests")
      ->envname("SLIPWAY_HANDLER_THREADS")
      ->check(CLI::Range(1u, 256u))
      ->capture_default_str();
  server->add_option("--ecs-poll-seconds", options.ecs_poll_seconds, "How often waiting rollouts are looked at")
      ->envname("SLIPWAY_ECS_POLL_SECONDS")
      ->check(number_between(0.05, 300.0))
      ->capture_default_str();
  server
      ->add_option("--settle-seconds", options.settle_seconds,
                   "After this a call whose answer was lost can no longer take effect")
      ->envname("SLIPWAY_SETTLE_SECONDS")
      ->check(number_between(0.0, 600.0))
      ->capture_default_str();
  server->add_option("--shutdown-seconds", options.shutdown_seconds, "How long requests may take to end at a stop")
      ->envname("SLIPWAY_SHUTDOWN_SECONDS")
      ->check(number_between(0.0, 600.0))
      ->capture_default_str();
  server->add_option("--metrics-listen", options.metrics_listen, "Loopback address and port of metrics without a key")
      ->envname("SLIPWAY_METRICS_LISTEN");
  server->add_flag("--hold-queue", options.hold_queue, "Start no task until an administrator releases the queue")
      ->envname("SLIPWAY_HOLD_QUEUE");
}

void add_site(CLI::App& command, cli::SiteOptions& options) {
  command.add_option("--data", options.data, "Folder of the database and the master key")
      ->envname("SLIPWAY_DATA")
      ->capture_default_str();
  command
      .add_option("--master-key-file", options.master_key_file, "Master key; default: master.key in the data folder")
      ->envname("SLIPWAY_MASTER_KEY_FILE");
}

void add_upkeep(CLI::App& app, cli::BackupOptions& backup, cli::RestoreOptions& restore, cli::CheckOptions& check) {
  auto* back_up = app.add_subcommand("backup", "Copy the database, also while the server runs, and check the copy.");
  add_site(*back_up, backup);
  back_up->add_flag("--with-master-key", backup.with_master_key, "Put the master key beside it, as FILE.key");
  back_up->add_option("target", backup.target, "File to make, or a folder for a file named by the time")->required();
  auto* put_back = app.add_subcommand("restore", "Put a backup into an empty data folder; its task queue is held.");
  add_site(*put_back, restore);
  put_back->add_option("backup", restore.backup, "What `slipway backup` made")->required();
  add_site(*app.add_subcommand("check",
                               "Look for what is wrong with a data folder: exit status 1 for warnings, 2 for "
                               "errors."),
           check);
}

/// What CLI11 says of an unknown option or command, and what was meant.
int explain(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  const int status = app.exit(error);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr &&
      dynamic_cast<const CLI::RequiredError*>(&error) == nullptr) {
    return status;
  }
  std::vector<std::string> known;
  const auto add_options = [&](const CLI::App& of) {
    for (const auto* option : of.get_options()) {
      for (const auto& name : option->get_lnames()) known.push_back("--" + name);
    }
  };
  add_options(app);
  for (const auto* command : app.get_subcommands({})) {
    known.push_back(command->get_name());
    if (command->parsed()) add_options(*command);
  }
  for (const std::string_view word : std::span(argv, static_cast<std::size_t>(argc)).subspan(1)) {
    const auto name = word.substr(0, word.find('='));
    if (std::ranges::find(known, name) != known.end()) continue;
    if (const auto meant = nearest(name, known)) std::cerr << "Did you mean " << *meant << "?\n";
  }
  return status;
}

/// A setting that is misspelt in a file of settings would be passed over without a word.
void check_environment(const CLI::App& command) {
  constexpr std::string_view prefix = "SLIPWAY_";
  std::vector<std::string> known{"ADMIN_API_KEY", "AWS_REGIONS"};
  for (const auto* option : command.get_options()) {
    if (option->get_envname().starts_with(prefix)) known.push_back(option->get_envname().substr(prefix.size()));
  }
  for (char** variable = environ; *variable != nullptr; ++variable) {
    std::string_view name(*variable);
    name = name.substr(0, name.find('='));
    if (!name.starts_with(prefix)) continue;
    const auto setting = name.substr(prefix.size());
    if (std::ranges::find(known, setting) != known.end()) continue;
    if (const auto meant = nearest(setting, known)) {
      fail_invalid("The environment has " + std::string(name) + ", which is no setting. Did you mean " +
                   std::string(prefix) + std::string(*meant) + "?");
    }
  }
}

void add_language(CLI::App& app, cli::EvalOptions& eval, bool& versions_jsonl) {
  auto* evaluate = app.add_subcommand("eval", "Evaluate text in the substitution language.");
  evaluate->add_option("--variables", eval.variables_file, "JSON object of variables: name to value");
  evaluate->add_option("text", eval.text, "The text; missing tokens go to standard error and give exit status 1");
  evaluate->add_flag("--jsonl", eval.jsonl,
                     "Read objects {id, op, variables, template, halt_on_error, default}, one a line");
  auto* versions = app.add_subcommand("versions", "Parse, compare and match versions.");
  versions->add_flag("--jsonl", versions_jsonl, "Read version cases, one JSON object a line")->required();
}

Secret first_admin_key(const std::string& file) {
  if (!file.empty()) {
    SystemDisk disk;
    const auto text = disk.read(file);
    if (!text) fail_not_found("The admin API key file " + file + " does not exist.");
    return Secret(std::string(trim(*text)));
  }
  const char* key = std::getenv("SLIPWAY_ADMIN_API_KEY");
  return Secret(key != nullptr ? key : "");
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is told by the call that meets it, as a full disk is
  CLI::App app(
      "Slipway: a deployment server that gets a version running, provably, in every AWS account where it belongs.");
  app.set_version_flag("--version", SLIPWAY_VERSION);
  app.require_subcommand(1);
  cli::ServerOptions server;
  std::string admin_key_file;
  cli::EvalOptions eval;
  bool versions_jsonl = false;
  cli::BackupOptions backup;
  cli::RestoreOptions restore;
  cli::CheckOptions check;
  add_server(app, server, admin_key_file);
  add_upkeep(app, backup, restore, check);
  add_language(app, eval, versions_jsonl);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain(app, error, argc, argv);
  }
  try {
    for (const auto* command : app.get_subcommands()) check_environment(*command);
    if (app.got_subcommand("server")) {
      server.admin_api_key = first_admin_key(admin_key_file);
      server.admin_api_key_file = admin_key_file;
      return cli::run_server(server);
    }
    const Time now = SystemClock().now();
    cli::keep_process_private();  // upkeep reads the master key, too
    if (app.got_subcommand("backup")) return cli::run_backup(backup, now, std::cout);
    if (app.got_subcommand("restore")) return cli::run_restore(restore, now, std::cout);
    if (app.got_subcommand("check")) return cli::run_check(check, std::cout);
    if (app.got_subcommand("eval")) return cli::run_eval(eval, std::cin, std::cout, std::cerr);
    return cli::run_versions(std::cin, std::cout);
  } catch (const slipway::Error& error) {
    std::cerr << "slipway: " << error.message() << "\n";
    for (const auto& detail : error.details()) std::cerr << "  " << detail << "\n";
    return 1;
  } catch (const std::exception& error) {
    std::cerr << "slipway: An unexpected error ended it: " << error.what() << "\n";
    return 1;
  }
}
