package io.flamekeeper.view;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.testkit.RandomGroups;
import io.flamekeeper.testkit.TextProfiles;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FlamebearerJsonTest {
    private static final FlameGraph GRAPH =
            new FlameGraph(
                    List.of("total", "a"),
                    List.of(new long[] {0, 4, 0, 0}, new long[] {0, 4, 4, 1}),
                    4,
                    4);

    @Test
    void render_cpu_isTheAgreedText() {
        var timeline = new Timeline(15, new long[] {1, 0}, 15);

        assertThat(
                        new String(
                                FlamebearerJson.render(GRAPH, TextProfiles.CPU, timeline, Map.of()),
                                UTF_8))
                .isEqualTo(
                        """
                        {"version":1,"flamebearer":{"names":["total","a"],"levels":[[0,4,0,0],[0,4,4,1]],\
                        "numTicks":4,"maxSelf":4},"metadata":{"format":"single","spyName":"",\
                        "sampleRate":1000000000,"units":"samples","name":"cpu"},\
                        "timeline":{"startTime":15,"samples":[1,0],"durationDelta":15,"watermarks":null},\
                        "groups":null,"heatmap":null}\
                        """);
    }

    @Test
    void render_groups_areInOrderOfTheirNames() throws IOException {
        var timeline = new Timeline(0, new long[0], 15);
        JsonNode json =
                new ObjectMapper()
                        .readTree(
                                FlamebearerJson.render(
                                        GRAPH,
                                        RandomGroups.ALLOC,
                                        timeline,
                                        Map.of("b", timeline, "a", timeline)));

        assertThat(json.get("groups").fieldNames()).toIterable().containsExactly("a", "b");
        assertThat(json.get("metadata").get("units").textValue()).isEqualTo("bytes");
        assertThat(json.get("metadata").get("sampleRate").longValue()).isEqualTo(100);
    }

    @Test
    void render_objects_haveTheirUnit() throws IOException {
        var type = ProfileType.parse("memory:alloc_objects:count:space:bytes");
        JsonNode json =
                new ObjectMapper()
                        .readTree(
                                FlamebearerJson.render(
                                        GRAPH, type, new Timeline(0, new long[0], 15), Map.of()));

        assertThat(json.get("metadata").get("units").textValue()).isEqualTo("objects");
    }

    @Test
    void renderDiff_hasTicksOnlyWhenThereAreAny() throws IOException {
        var diff = new FlameGraphDiff(List.of("total"), List.of(new long[7]), 3, 0, 3, 0);
        JsonNode json =
                new ObjectMapper().readTree(FlamebearerJson.renderDiff(diff, TextProfiles.CPU));

        assertThat(json.get("leftTicks").longValue()).isEqualTo(3);
        assertThat(json.has("rightTicks")).isFalse();
        assertThat(json.get("timeline").isNull()).isTrue();
        assertThat(json.get("metadata").get("format").textValue()).isEqualTo("double");
    }

    @Test
    void render_anyName_isReadBack() throws IOException {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        var mapper = new ObjectMapper();
        for (int round = 0; round < 2_000; round++) {
            var name = new StringBuilder();
            int length = random.nextInt(20);
            for (int i = 0; i < length; i++) {
                int range = List.of(0x80, 0x800, 0x3000, 0x110000).get(random.nextInt(4));
                int character = random.nextInt(range);
                name.appendCodePoint(character >= 0xd800 && character < 0xe000 ? '<' : character);
            }
            var graph = new FlameGraph(List.of("total", name.toString()), GRAPH.levels(), 4, 4);
            byte[] bytes =
                    FlamebearerJson.render(
                            graph,
                            TextProfiles.CPU,
                            new Timeline(0, new long[0], 15),
                            Map.of(name.toString(), new Timeline(0, new long[0], 15)));
            JsonNode json = mapper.readTree(bytes);

            assertThat(json.get("flamebearer").get("names").get(1).textValue())
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(name.toString());
            for (byte b : bytes) {
                assertThat(b == '<' || b == '&' || (b >= 0 && b < ' '))
                        .as("seed %d, round %d", seed, round)
                        .isFalse();
            }
        }
    }
}
