@NullMarked
package io.flamekeeper.ingest;

import org.jspecify.annotations.NullMarked;
