/// Speed and memory, measured: JMH for loops, [EndToEnd] for a running server. Never shipped.
package io.flamekeeper.bench;
