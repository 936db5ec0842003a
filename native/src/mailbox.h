#pragma once

#include <node_api.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace flambeau {

// Note [Mailbox]
// libtorch may drop or call something that belongs to JavaScript on any thread: a graph freed by
// another worker drops its hooks there, and on CUDA the autograd engine runs hooks on its own
// threads. Node-API may be used only on the environment's thread. So each environment has a
// mailbox: other threads leave references to delete and calls to make in it, and the environment's
// thread empties it. It outlives the environment; `close` tells late comers that nobody is home.
class Mailbox {
 public:
  explicit Mailbox(napi_env env) : env_(env), thread_(std::this_thread::get_id()) {}

  napi_env env() const { return env_; }
  bool onHomeThread() const { return std::this_thread::get_id() == thread_; }

  /// Deletes the reference soon, on the home thread. From any thread.
  void release(napi_ref reference);
  /// Deletes what was left with `release`. Home thread.
  void drain() {
    if (hasReleased_.load(std::memory_order_relaxed)) deleteReleased();
  }

  /// Runs `call` on the home thread, which must be serving, and waits. False when nobody serves.
  bool callHome(const std::function<void()>& call);
  /// Runs `work` on a helper thread and serves calls until it ended. Home thread.
  void serveWhile(const std::function<void()>& work);

  void close();

 private:
  void deleteReleased();

  struct Call {
    const std::function<void()>* run;
    bool done = false;
  };

  napi_env env_;
  std::thread::id thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<napi_ref> released_;
  std::atomic<bool> hasReleased_{false};
  std::deque<Call*> calls_;
  int serving_ = 0;
  bool closed_ = false;
};

/// A strong reference to a JavaScript value that may be dropped on any thread.
class SharedReference {
 public:
  SharedReference() = default;
  SharedReference(std::shared_ptr<Mailbox> home, napi_ref reference);
  napi_value value() const;
  const std::shared_ptr<Mailbox>& home() const { return held_->home; }
  explicit operator bool() const { return held_ != nullptr; }

 private:
  struct Held {
    Held(std::shared_ptr<Mailbox> home, napi_ref reference)
        : home(std::move(home)), reference(reference) {}
    ~Held() { home->release(reference); }
    std::shared_ptr<Mailbox> home;
    napi_ref reference;
  };
  std::shared_ptr<Held> held_;
};

}  // namespace flambeau
