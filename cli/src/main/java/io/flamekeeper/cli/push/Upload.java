package io.flamekeeper.cli.push;

/// A request to send.
///
/// @param target          path and query
/// @param contentEncoding `""` = none
record Upload(String target, String contentType, String contentEncoding, byte[] body) {}
