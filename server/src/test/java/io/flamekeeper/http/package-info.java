@NullMarked
package io.flamekeeper.http;

import org.jspecify.annotations.NullMarked;
