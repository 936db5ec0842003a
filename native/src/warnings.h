#pragma once

#include <c10/util/Exception.h>
#include <node_api.h>

#include <string>
#include <vector>

namespace flambeau {

/// Collects libtorch's warnings of one thread; they become `process.emitWarning` when the native
/// call that caused them has ended.
class Warnings final : public c10::WarningHandler {
 public:
  explicit Warnings(napi_env env) : env_(env) { c10::WarningUtils::set_warning_handler(this); }
  ~Warnings() override { c10::WarningUtils::set_warning_handler(nullptr); }

  void process(const c10::Warning& warning) override;
  void add(std::string message, std::string category);
  void flush() {
    if (!pending_.empty()) emit();
  }

 private:
  struct Pending {
    std::string message;
    std::string category;
  };
  void emit();

  napi_env env_;
  std::vector<Pending> pending_;
};

}  // namespace flambeau
