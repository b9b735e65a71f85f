// What `slipway server` can be told, on the command line or through the environment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"

namespace slipway::cli {

struct ServerOptions {
  std::string data = "slipway-data";         ///< folder of the database and the master key
  std::string listen = "127.0.0.1:8080";     ///< address:port, with https:// in front for TLS; port 0 picks a free one
  std::string tls_certificate;               ///< file with the certificate and its chain, PEM
  std::string tls_key;                       ///< file with its private key, PEM
  std::vector<std::string> trusted_proxies;  ///< addresses or ranges whose X-Forwarded-For counts
  std::string master_key_file;               ///< "" = master.key in the data folder
  bool new_database = false;                 ///< make a database although there is a master key
  Secret admin_api_key;                      ///< the first administrator's key; "" = make one and print it once
  std::string admin_api_key_file;            ///< where it was read from; "" = elsewhere
  std::string metrics_listen;                ///< "" = none; loopback only, since it asks for no key
  bool hold_queue = false;                   ///< start nothing until an administrator releases the queue
  std::string node = "node1";
  unsigned task_cap = 64;
  unsigned threads = 16;         ///< that run steps
  unsigned handler_threads = 4;  ///< that answer requests
  double ecs_poll_seconds = 5;
  double settle_seconds = 75;  ///< see EngineOptions::settle_time
  double shutdown_seconds = 20;
};

/// Runs until SIGTERM or SIGINT; returns the process's exit status. Throws Error when it can't start.
int run_server(const ServerOptions&);

}  // namespace slipway::cli
