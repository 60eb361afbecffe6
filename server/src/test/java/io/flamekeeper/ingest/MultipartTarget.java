package io.flamekeeper.ingest;

/// Lets the parser of forms be fed from elsewhere.
public final class MultipartTarget {
    private MultipartTarget() {}

    public static void accept(byte[] data) {
        MultipartForm.parse("multipart/form-data; boundary=x", data);
    }
}
