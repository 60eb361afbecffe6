package io.flamekeeper.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.SimulatedVfs.Faults;
import io.flamekeeper.testkit.SimulatedVfs.Survival;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// A simulation that loses nothing proves nothing: it must lose exactly what was not synced.
class SimulatedVfsTest extends VfsContract {
    @Override
    Vfs empty() {
        return SimulatedVfs.empty(Faults.NONE);
    }

    @Test
    void powerCut_nothingSurvives_leavesWhatWasSynced() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        VfsFile synced = vfs.create("synced");
        synced.write(0, bytes("one"));
        synced.sync();
        vfs.syncDirectory();
        synced.write(3, bytes("two"));
        VfsFile unnamed = vfs.create("unnamed");
        unnamed.write(0, bytes("lost with its name"));
        unnamed.sync();

        SimulatedVfs left = vfs.afterPowerCut(Survival.NOTHING, Faults.NONE);

        assertThat(left.list()).containsExactly("synced");
        assertThat(text(left.open("synced"))).isEqualTo("one");
        assertThat(vfs.afterKill(Faults.NONE).list()).containsExactly("synced", "unnamed");
    }

    @Test
    void powerCut_renameUnsynced_leavesTheOldFile() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        vfs.create("old").write(0, bytes("old"));
        vfs.open("old").sync();
        vfs.create("new").sync();
        vfs.syncDirectory();
        vfs.rename("new", "old");

        assertThat(text(vfs.afterPowerCut(Survival.NOTHING, Faults.NONE).open("old")))
                .isEqualTo("old");
        assertThat(text(vfs.afterPowerCut(Survival.EVERYTHING, Faults.NONE).open("old"))).isEmpty();
    }

    @Test
    void powerCut_writtenOverUnderANewName_mayBeNewBytesUnderTheOldName() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        VfsFile file = vfs.create("old");
        file.write(0, bytes("old"));
        file.sync();
        vfs.syncDirectory();
        vfs.rename("old", "new");
        file.write(0, bytes("new"));
        file.sync();

        SimulatedVfs left = vfs.afterPowerCut(Survival.NOTHING, Faults.NONE);

        assertThat(left.list()).containsExactly("old");
        assertThat(text(left.open("old"))).isEqualTo("new");
    }

    @Test
    void powerCut_lastPageTorn_keepsHalfOfIt() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        VfsFile file = vfs.create("a");
        vfs.syncDirectory();
        file.write(0, bytes("x".repeat(8192)));

        assertThat(vfs.afterPowerCut(Survival.LAST_PAGE_TORN, Faults.NONE).content().get("a"))
                .hasSize(4096 + 2048);
        assertThat(vfs.afterPowerCut(Survival.OLDER_HALF, Faults.NONE).content().get("a"))
                .hasSize(4096);
    }

    @Test
    void write_diskFull_leavesAPartAndFails() throws IOException {
        var vfs =
                SimulatedVfs.empty((operation, _) ->
                        operation == SimulatedVfs.Operation.WRITE ? 3 : Integer.MAX_VALUE);
        VfsFile file = vfs.create("a");
        assertThatThrownBy(() -> file.write(0, bytes("hello"))).hasMessageContaining("No space");
        assertThat(text(file)).isEqualTo("hel");
    }
}
