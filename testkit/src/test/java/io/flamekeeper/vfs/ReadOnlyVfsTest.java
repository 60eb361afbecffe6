package io.flamekeeper.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.SimulatedVfs.Operation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ReadOnlyVfsTest {
    private final List<Operation> asked = new ArrayList<>();
    private final SimulatedVfs behind =
            SimulatedVfs.of(
                    Map.of("a", VfsContract.bytes("kept").array()),
                    (operation, _) -> {
                        asked.add(operation);
                        return Integer.MAX_VALUE;
                    });

    @Test
    void everyChange_isRefusedBeforeItReachesTheFolder() throws IOException {
        try (Vfs vfs = new ReadOnlyVfs(behind);
                VfsFile file = vfs.open("a")) {
            asked.clear();
            List<ThrowingCallable> changes =
                    List.of(
                            () -> vfs.create("b"),
                            () -> vfs.rename("a", "b"),
                            () -> vfs.delete("a"),
                            vfs::syncDirectory,
                            () -> file.write(0, VfsContract.bytes("new")),
                            () -> file.truncate(0),
                            file::sync);
            for (ThrowingCallable change : changes) {
                assertThatThrownBy(change)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("(expected: only to be read)");
            }
            assertThat(asked).isEmpty();
        }
    }

    @Test
    void reading_isAsInTheFolderBehind() throws IOException {
        try (Vfs vfs = new ReadOnlyVfs(behind);
                VfsFile file = vfs.open("a")) {
            assertThat(vfs.list()).containsExactly("a");
            assertThat(VfsContract.text(file)).isEqualTo("kept");
        }
    }
}
