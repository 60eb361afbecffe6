/// The wire: messages of the public services, generated into the packages below from `src/main/protobuf`,
/// and their JSON.
///
/// May use `model` for its errors. Used by the packages of the server that answer calls, by nothing else.
@NullMarked
package io.flamekeeper.api;

import org.jspecify.annotations.NullMarked;
