#pragma once

#include <node_api.h>

// The npm package with Node-API's headers leaves out what is marked experimental. NAPI_VERSION is
// set to the experimental one by the build, so that finalizers run within the collection instead
// of waiting for the event loop; this is the one experimental function used besides.
EXTERN_C_START
NAPI_EXTERN napi_status NAPI_CDECL node_api_post_finalizer(node_api_basic_env env,
                                                           napi_finalize finalize, void* data,
                                                           void* hint);
EXTERN_C_END
