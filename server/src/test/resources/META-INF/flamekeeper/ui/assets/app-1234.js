console.log("a very small program, for a test");
