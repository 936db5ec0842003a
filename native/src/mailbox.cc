#include "mailbox.h"

namespace flambeau {

void Mailbox::release(napi_ref reference) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (closed_) return;
  released_.push_back(reference);
  hasReleased_.store(true, std::memory_order_relaxed);
}

void Mailbox::deleteReleased() {
  std::vector<napi_ref> released;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    released.swap(released_);
    hasReleased_.store(false, std::memory_order_relaxed);
  }
  for (napi_ref reference : released) napi_delete_reference(env_, reference);
}

bool Mailbox::callHome(const std::function<void()>& call) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (closed_ || serving_ == 0) return false;
  Call pending{&call};
  calls_.push_back(&pending);
  changed_.notify_all();
  changed_.wait(lock, [&] { return pending.done; });
  return true;
}

void Mailbox::serveWhile(const std::function<void()>& work) {
  bool ended = false;
  std::unique_lock<std::mutex> lock(mutex_);
  ++serving_;
  std::thread worker([&] {
    work();
    std::lock_guard<std::mutex> guard(mutex_);
    ended = true;
    changed_.notify_all();
  });
  for (;;) {
    changed_.wait(lock, [&] { return ended || !calls_.empty(); });
    if (calls_.empty()) break;
    Call* call = calls_.front();
    calls_.pop_front();
    lock.unlock();
    (*call->run)();
    lock.lock();
    call->done = true;
    changed_.notify_all();
  }
  --serving_;
  lock.unlock();
  worker.join();
}

void Mailbox::close() {
  std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  released_.clear();
}

SharedReference::SharedReference(std::shared_ptr<Mailbox> home, napi_ref reference)
    : held_(std::make_shared<Held>(std::move(home), reference)) {}

napi_value SharedReference::value() const {
  napi_value value = nullptr;
  napi_get_reference_value(held_->home->env(), held_->reference, &value);
  return value;
}

}  // namespace flambeau
