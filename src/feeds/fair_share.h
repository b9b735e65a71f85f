// So many may ask one feed at once, so that one which does not answer can't take all threads that ask feeds.
#pragma once

#include <condition_variable>
#include <map>
#include <string>

#include "base/deadline.h"
#include "base/guarded.h"
#include "base/time.h"

namespace slipway::feeds {

/// Threads: any.
class FairShare {
 public:
  /// `most`: who ask a feed at once; further ones wait for one of them to end, as long as answers keep coming:
  /// `patience` is how long a feed may be silent until they are refused at once.
  FairShare(const Clock&, unsigned most, Duration patience);

  /// A place among those who ask. Given back when it goes.
  class Place {
   public:
    Place(FairShare& share, std::string feed) : share_(share), feed_(std::move(feed)) {}
    ~Place() { share_.leave(feed_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    FairShare& share_;
    const std::string feed_;
  };

  /// Throws Error{unavailable} when the feed is silent and asked by as many as may, or the deadline comes first.
  Place enter(const std::string& feed, const std::string& name, const Deadline&);

 private:
  struct Asked {
    unsigned now = 0, waiting = 0;
    SteadyTime last_sign{};  ///< when an answer came, or the first of those who ask began
  };
  void leave(const std::string& feed);

  const Clock& clock_;
  const unsigned most_;
  const Duration patience_;
  Guarded<std::map<std::string, Asked>> feeds_;
  std::condition_variable left_;
};

}  // namespace slipway::feeds
