#include "environment.h"

#include "anomaly.h"
#include "dispatch.h"
#include "storage.h"
#include "values.h"

namespace flambeau {

Environment::Environment(napi_env env)
    : env(env),
      mailbox(std::make_shared<Mailbox>(env)),
      tensors(*new TensorTable(env)),
      warnings(env) {
  traceAnomaliesIn(this);
}

Environment::~Environment() {
  traceAnomaliesIn(nullptr);
  tensors.abandon();
  mailbox->close();
}

at::Tensor& Arguments::tensor(size_t i) const {
  return checkedTensor(environment, handleFrom(environment.env, (*this)[i]));
}

bool Arguments::boolean(size_t i) const { return booleanFrom(environment.env, (*this)[i]); }

int64_t Arguments::integer(size_t i) const { return integerFrom(environment.env, (*this)[i]); }

std::string Arguments::text(size_t i) const { return textFrom(environment.env, (*this)[i]); }

Napi::Function Arguments::function(size_t i) const {
  const Napi::Value value = (*this)[i];
  if (!value.IsFunction()) {
    throw BindingError("type", "expected a function, got " + describeValue(env(), value));
  }
  return value.As<Napi::Function>();
}

std::vector<int64_t> Arguments::integers(size_t i) const {
  std::vector<int64_t> result;
  forEachElement(environment.env, (*this)[i], [&](napi_value element) {
    result.push_back(integerFrom(environment.env, element));
  });
  return result;
}

std::vector<Handle> Arguments::handles(size_t i) const {
  std::vector<Handle> result;
  forEachElement(environment.env, (*this)[i], [&](napi_value element) {
    result.push_back(handleFrom(environment.env, element));
  });
  return result;
}

std::vector<at::Tensor> Arguments::tensors(size_t i) const {
  return tensorsFrom(environment, (*this)[i]);
}

Napi::Value Arguments::wrap(at::Tensor tensor) const {
  if (!tensor.defined()) return env().Null();
  return Napi::Value(env(), handleTo(environment.env, environment.tensors.insert(std::move(tensor))));
}

}  // namespace flambeau
