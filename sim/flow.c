#include "sim/flow.h"
