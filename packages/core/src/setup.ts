// What every thread needs once: operators on tensors, and errors of the right classes.

import { native } from '@flambeau/native';
import { userStack } from './autograd/stack.js';
import { installMethods } from './ops/install.js';
import { errorFor } from './tensor/errors.js';

native.setErrorFactory(errorFor);
native.setStackTracer(userStack);
installMethods();
