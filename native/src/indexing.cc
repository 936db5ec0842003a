#include <ATen/TensorIndexing.h>

#include "environment.h"
#include "values.h"

namespace flambeau {

namespace {

std::optional<c10::SymInt> bound(const Napi::Object& item, const char* name) {
  const Napi::Value value = item.Get(name);
  if (value.IsNull() || value.IsUndefined()) return std::nullopt;
  return c10::SymInt(integerFrom(item.Env(), value));
}

at::indexing::TensorIndex indexFrom(const Arguments& args, const Napi::Object& item) {
  const std::string kind = item.Get("kind").As<Napi::String>();
  if (kind == "int") return integerFrom(args.env(), item.Get("value"));
  if (kind == "slice") {
    return at::indexing::Slice(bound(item, "start"), bound(item, "stop"), bound(item, "step"));
  }
  if (kind == "ellipsis") return at::indexing::Ellipsis;
  if (kind == "newAxis") return at::indexing::None;
  if (kind == "bool") return booleanFrom(args.env(), item.Get("value"));
  if (kind == "tensor") {
    return checkedTensor(args.environment, handleFrom(args.env(), item.Get("handle")));
  }
  throw BindingError("type", "unknown kind of index '" + kind + "'");
}

std::vector<at::indexing::TensorIndex> indicesFrom(const Arguments& args, size_t i) {
  std::vector<at::indexing::TensorIndex> indices;
  forEachElement(args.env(), args[i], [&](napi_value element) {
    indices.push_back(indexFrom(args, Napi::Value(args.env(), element).As<Napi::Object>()));
  });
  return indices;
}

Napi::Value index(const Arguments& args) {
  return args.wrap(at::indexing::get_item(args.tensor(0), indicesFrom(args, 1)));
}

Napi::Value indexPut(const Arguments& args) {
  at::indexing::set_item(args.tensor(0), indicesFrom(args, 1), args.tensor(2));
  return args.env().Undefined();
}

}  // namespace

void defineIndexing(Napi::Object exports) {
  define<index>(exports, "index");
  define<indexPut>(exports, "indexPut");
}

}  // namespace flambeau
